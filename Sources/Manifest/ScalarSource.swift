import Expressions
import Vocabulary

/// Finds where a part of a scalar stands in the text of the file.
struct ScalarSource {
    private let lines: [[Unicode.Scalar]]

    /// YAML ends a line at LF, CR, CRLF, NEL and the Unicode line and paragraph separators.
    init(_ text: String) {
        var lines: [[Unicode.Scalar]] = [[]]
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r": break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append([])
            default: lines[lines.count - 1].append(scalar)
            }
            previous = scalar
        }
        self.lines = lines
    }

    /// The place of a mistake inside a condition: exact where the scalar stands on one line and says its value plainly
    /// enough, else where the scalar begins.
    func place(of error: ConditionError, in text: String, at place: Place) -> Place {
        guard case .text(let file, let line, let column) = place,
            let exact = self.column(ofByte: error.offset, in: text, line: line, column: column)
        else { return place }
        return .text(file: file, line: line, column: exact)
    }

    /// The column (in characters, from 1) of a byte of the value of a scalar that begins at a line and column; nil where
    /// the text there is not the value, plain or in quotes.
    private func column(ofByte offset: Int, in value: String, line: Int, column: Int) -> Int? {
        guard lines.indices.contains(line - 1), column >= 1, column <= lines[line - 1].count else { return nil }
        let text = lines[line - 1]
        var index = column - 1
        let quote: Unicode.Scalar? = text[index] == "'" || text[index] == "\"" ? text[index] : nil
        if quote != nil { index += 1 }
        var bytes = 0
        for scalar in value.unicodeScalars {
            if bytes >= offset { break }
            guard let length = length(of: scalar, in: text, at: index, quote: quote) else { return nil }
            index += length
            bytes += UTF8.width(scalar)
        }
        return index + 1
    }

    /// How many characters write a scalar at an index: one, or two where a quoted one is escaped; nil where it is another.
    private func length(of scalar: Unicode.Scalar, in text: [Unicode.Scalar], at index: Int, quote: Unicode.Scalar?)
        -> Int?
    {
        guard index < text.count else { return nil }
        let escape: Unicode.Scalar? = quote == "'" ? "'" : quote == "\"" ? "\\" : nil
        if let escape, text[index] == escape {
            return index + 1 < text.count && text[index + 1] == scalar && (scalar == escape || scalar == quote)
                ? 2 : nil
        }
        return text[index] == scalar ? 1 : nil
    }
}
