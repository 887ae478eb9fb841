import Glibc

/// Measurements in the text format of Prometheus (version 0.0.4), as the textfile collector of the node exporter reads it.
public struct PrometheusText: Sendable {
    public enum Kind: String, Sendable { case gauge, counter }

    private var text = ""
    /// Labels that every sample has.
    private let common: [(name: String, value: String)]

    /// - Parameter common: labels that every sample has.
    public init(common: [(name: String, value: String)] = []) { self.common = common }

    public var bytes: [UInt8] { Array(text.utf8) }

    /// Adds the samples of one metric; nothing where there are none.
    /// - Parameters:
    ///   - name: with the unit at its end, and `_total` behind it for a counter.
    ///   - help: one sentence.
    public mutating func add(
        _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [(name: String, value: String)], value: Double)]
    ) {
        if samples.isEmpty { return }
        text += "# HELP \(name) \(PrometheusText.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = (common + sample.labels)
                .map { "\($0.name)=\"\(PrometheusText.escaped($0.value, quotes: true))\"" }
                .joined(separator: ",")
            text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(PrometheusText.number(sample.value))\n"
        }
    }

    /// Adds a metric of one sample; nothing for nil.
    public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
        add(name, kind, help, value.map { [([], $0)] } ?? [])
    }

    /// Backslashes and line feeds, and in a label's value quotation marks too.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
