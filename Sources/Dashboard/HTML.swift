/// Markup in which unescaped text is impossible: tags, the names of attributes and fixed text are literals of this
/// program, and everything else is escaped where it enters.
struct HTML: Sendable {
    private(set) var bytes: [UInt8] = []

    static let empty = HTML()

    private init() {}

    /// Text as people read it, escaped; white space is a blank, and controls that no page may hold are marks of replacement.
    init(_ text: String) { HTML.escape(text, into: &bytes) }

    /// A literal of this program, such as the style sheet.
    init(verbatim literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    init(_ parts: [HTML]) {
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
        for part in parts { bytes.append(contentsOf: part.bytes) }
    }

    var count: Int { bytes.count }
    var isEmpty: Bool { bytes.isEmpty }

    static func + (a: HTML, b: HTML) -> HTML { HTML([a, b]) }
    static func += (a: inout HTML, b: HTML) { a.bytes.append(contentsOf: b.bytes) }

    /// An element with its content.
    static func element(_ tag: StaticString, _ attributes: [Attribute], _ content: HTML) -> HTML {
        var html = open(tag, attributes)
        html.bytes.append(contentsOf: content.bytes)
        html += HTML(verbatim: "</") + HTML(verbatim: tag) + HTML(verbatim: ">")
        return html
    }

    /// The opening tag alone, which is all that an element without content has.
    static func open(_ tag: StaticString, _ attributes: [Attribute] = []) -> HTML {
        var html = HTML(verbatim: "<")
        html += HTML(verbatim: tag)
        for attribute in attributes {
            html += HTML(verbatim: " ")
            html += HTML(verbatim: attribute.name)
            guard let value = attribute.value else { continue }
            html += HTML(verbatim: "=\"")
            escape(value, into: &html.bytes)
            html += HTML(verbatim: "\"")
        }
        html += HTML(verbatim: ">")
        return html
    }

    private static func escape(_ text: String, into bytes: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes.append(contentsOf: "&amp;".utf8)
            case "<": bytes.append(contentsOf: "&lt;".utf8)
            case ">": bytes.append(contentsOf: "&gt;".utf8)
            case "\"": bytes.append(contentsOf: "&quot;".utf8)
            case "'": bytes.append(contentsOf: "&#39;".utf8)
            case "\n", "\r", "\t": bytes.append(UInt8(ascii: " "))
            case let unseen where unseen.value < 0x20 || (0x7F..<0xA0).contains(unseen.value) || unseen.value & 0xFFFE == 0xFFFE
                || (0xFDD0...0xFDEF).contains(unseen.value):
                bytes.append(contentsOf: "\u{FFFD}".utf8)
            default:
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { bytes.append(byte) }
            }
        }
    }
}

/// An attribute: its name is a literal of this program, its value is escaped; nil for one without a value.
struct Attribute: Sendable {
    let name: StaticString
    let value: String?

    init(_ name: StaticString, _ value: String? = nil) {
        self.name = name
        self.value = value
    }

    init(_ name: StaticString, _ value: Int) { self.init(name, String(value)) }

    static func `class`(_ names: String) -> Attribute { Attribute("class", names) }
    static func id(_ id: String) -> Attribute { Attribute("id", id) }

    /// A link to a file of the run directory: relative, each byte that is no letter, digit, `-`, `_`, `.`, `/` spelled out.
    static func file(_ path: String) -> Attribute {
        var text = "./"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.utf8.count == 1 ? "0" + digits : digits)
            }
        }
        return Attribute("href", text)
    }
}

/// Puts the parts of an element together in the order in which they are written.
@resultBuilder
enum HTMLBuilder {
    static func buildExpression(_ html: HTML) -> HTML { html }
    static func buildExpression(_ text: String) -> HTML { HTML(text) }
    static func buildExpression(_ label: Words) -> HTML { label.html }
    static func buildBlock(_ parts: HTML...) -> HTML { HTML(parts) }
    static func buildOptional(_ part: HTML?) -> HTML { part ?? .empty }
    static func buildEither(first: HTML) -> HTML { first }
    static func buildEither(second: HTML) -> HTML { second }
    static func buildArray(_ parts: [HTML]) -> HTML { HTML(parts) }
}

/// An element whose content is built in place.
func tag(_ name: StaticString, _ attributes: Attribute..., @HTMLBuilder content: () -> HTML) -> HTML {
    HTML.element(name, attributes, content())
}

/// An element without content that HTML closes by itself, or (in SVG) an empty one.
func void(_ name: StaticString, _ attributes: Attribute...) -> HTML { HTML.open(name, attributes) }
func leaf(_ name: StaticString, _ attributes: Attribute...) -> HTML { HTML.element(name, attributes, .empty) }
