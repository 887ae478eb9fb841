/// Reads a page as strictly as the tests need: every tag closed in its order, attributes in quotes, and no text that a
/// browser would take for anything else.
public struct PageReader {
    public struct Element: Sendable {
        public let tag: String
        public let attributes: [String: String]
        /// Of itself and of what it holds, as people read it.
        public fileprivate(set) var text = ""
    }

    public struct Malformed: Error, CustomStringConvertible { public let description: String }

    public private(set) var elements: [Element] = []
    private static let void: Set<String> = ["meta", "input", "br"]

    public init(_ bytes: [UInt8]) throws {
        guard let page = String(validating: bytes, as: UTF8.self) else { throw Malformed(description: "no UTF-8") }
        let start = "<!DOCTYPE html>\n"
        guard page.hasPrefix(start) else { throw Malformed(description: "no document type") }
        var rest = page.unicodeScalars.dropFirst(start.unicodeScalars.count)
        var open: [Int] = []
        while !rest.isEmpty {
            if rest.first != "<" {
                let text = rest.prefix { $0 != "<" }
                guard !text.contains(">") || open.last.map({ elements[$0].tag == "style" || elements[$0].tag == "script" }) ?? false else {
                    throw Malformed(description: "a bare > in '\(String(text.prefix(80)))'")
                }
                for i in open { elements[i].text += PageReader.unescaped(String(text)) }
                rest = rest.dropFirst(text.count)
                continue
            }
            if let last = open.last, ["style", "script"].contains(elements[last].tag), !rest.starts(with: "</".unicodeScalars) {
                // A script may hold a less-than sign.
                rest = rest.dropFirst()
                continue
            }
            let tag = try PageReader.tag(&rest)
            if let name = tag.closing {
                guard let last = open.popLast(), elements[last].tag == name else { throw Malformed(description: "</\(name)> closes nothing") }
            } else {
                elements.append(Element(tag: tag.name, attributes: tag.attributes))
                if !PageReader.void.contains(tag.name) { open.append(elements.count - 1) }
            }
        }
        guard open.isEmpty else { throw Malformed(description: "\(elements[open[0]].tag) is not closed") }
    }

    private static func tag(_ rest: inout Substring.UnicodeScalarView) throws -> (name: String, attributes: [String: String], closing: String?) {
        rest = rest.dropFirst()
        let isClosing = rest.first == "/"
        if isClosing { rest = rest.dropFirst() }
        let name = String(take(&rest) { ("a"..."z").contains($0) || ("0"..."9").contains($0) || ("A"..."Z").contains($0) })
        guard !name.isEmpty else { throw Malformed(description: "a < without a tag before '\(String(rest.prefix(60)))'") }
        var attributes: [String: String] = [:]
        while rest.first == " " {
            rest = rest.dropFirst()
            let key = String(take(&rest) { $0 != "=" && $0 != " " && $0 != ">" })
            guard rest.first == "=" else {
                attributes[key] = ""
                continue
            }
            rest = rest.dropFirst()
            guard rest.first == "\"" else { throw Malformed(description: "\(key) of \(name) has no quotes") }
            rest = rest.dropFirst()
            let value = String(take(&rest) { $0 != "\"" })
            guard !value.contains("<"), attributes.updateValue(unescaped(value), forKey: key) == nil else {
                throw Malformed(description: "\(key) of \(name) is malformed or said twice")
            }
            rest = rest.dropFirst()
        }
        guard rest.first == ">" else { throw Malformed(description: "\(name) is not ended") }
        rest = rest.dropFirst()
        return (name, attributes, isClosing ? name : nil)
    }

    private static func take(_ rest: inout Substring.UnicodeScalarView, while fits: (Unicode.Scalar) -> Bool) -> Substring.UnicodeScalarView {
        let taken = rest.prefix(while: fits)
        rest = rest.dropFirst(taken.count)
        return taken
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
            .replacing("&amp;", with: "&")
    }

    public func all(_ tag: String) -> [Element] { elements.filter { $0.tag == tag } }

    public func all(_ tag: String, _ name: String) -> [Element] {
        elements.filter { $0.tag == tag && ($0.attributes["class"] ?? "").split(separator: " ").contains(Substring(name)) }
    }

    /// Whether people read this anywhere on the page.
    public func says(_ text: String) -> Bool { elements.first { $0.tag == "body" }?.text.contains(text) ?? false }

    /// The elements from each of a kind to the next, as they stand in the file.
    public func pieces(_ tag: String, _ name: String) -> [ArraySlice<Element>] {
        let starts = elements.indices.filter { elements[$0].tag == tag && (elements[$0].attributes["class"] ?? "").split(separator: " ").contains(Substring(name)) }
        return zip(starts, starts.dropFirst() + [elements.count]).map { elements[$0..<$1] }
    }
}
