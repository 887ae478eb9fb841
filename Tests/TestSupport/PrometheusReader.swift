/// A small reader of Prometheus text that refuses whatever the format does not allow.
public struct PrometheusReader {
    public struct Sample: Hashable {
        public let name: String
        public let labels: [String: String]
        public let value: Double
    }

    public struct Mistake: Error, CustomStringConvertible {
        public let description: String
    }

    public private(set) var types: [String: String] = [:]
    public private(set) var helps: [String: String] = [:]
    public private(set) var samples: [Sample] = []

    public init(_ text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Mistake(description: "the last line does not end") }
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                guard words.count == 2, helps.updateValue(String(words[1]), forKey: String(words[0])) == nil else {
                    throw Mistake(description: "a HELP twice or without words: \(line)")
                }
            } else if line.hasPrefix("# TYPE ") {
                let words = line.dropFirst(7).split(separator: " ")
                guard words.count == 2, ["gauge", "counter"].contains(words[1]),
                    types.updateValue(String(words[1]), forKey: String(words[0])) == nil
                else { throw Mistake(description: "not a TYPE, or a second one: \(line)") }
            } else {
                samples.append(try PrometheusReader.sample(line))
            }
        }
        for sample in samples where types[sample.name] == nil || helps[sample.name] == nil {
            throw Mistake(description: "\(sample.name) without TYPE or HELP")
        }
        if Set(samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }).count < samples.count {
            throw Mistake(description: "a sample twice")
        }
    }

    /// The value of the sample with a name and, among others, these labels.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { sample in sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value } }?.value
    }

    private static func sample(_ line: Substring) throws -> Sample {
        var rest = line
        func isName(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber || character == "_")
        }
        func word() throws -> String {
            let word = rest.prefix(while: isName)
            guard let first = word.first, !first.isNumber else { throw Mistake(description: "no name: \(line)") }
            rest = rest.dropFirst(word.count)
            return String(word)
        }
        func take(_ character: Character) throws {
            guard rest.first == character else { throw Mistake(description: "expected \(character): \(line)") }
            rest.removeFirst()
        }
        let name = try word()
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest.removeFirst()
            while rest.first != "}" {
                let label = try word()
                try take("=")
                try take("\"")
                var value = ""
                while let character = rest.popFirst(), character != "\"" {
                    guard character == "\\" else {
                        value.append(character)
                        continue
                    }
                    switch rest.popFirst() {
                    case "n": value.append("\n")
                    case "\\": value.append("\\")
                    case "\"": value.append("\"")
                    default: throw Mistake(description: "an unknown escape: \(line)")
                    }
                }
                guard labels.updateValue(value, forKey: label) == nil else { throw Mistake(description: "a label twice: \(line)") }
                if rest.first == "," { rest.removeFirst() } else { break }
            }
            try take("}")
        }
        try take(" ")
        guard let value = Double(rest) else { throw Mistake(description: "no number: \(line)") }
        return Sample(name: name, labels: labels, value: value)
    }
}
