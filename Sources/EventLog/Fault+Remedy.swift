extension Fault {
    /// What to do about rejects of this kind, in one sentence; the same for all that are mended in the same way.
    var remedy: String {
        switch self {
        case .none, .skipped: ""
        case .quote, .unterminatedQuote: "have the file written with its quotes doubled, or declare `quote: none`"
        case .tooLong: "look for an open quote or a missing line end before the record"
        case .fieldCount: "look for unquoted delimiters, or check `delimiter` and `header`"
        case .notJSON, .repeatedKey, .tooDeep, .notAnObject: "have each line written as one object of JSON"
        case .notAValue: "map a path that leads to a single value, or check `explode`"
        case .lineNotUTF8, .notUTF8: "declare the `encoding` that the file has"
        case .containsNUL: "look whether the file was cut or is binary"
        case .missing: "have the value written, or map the column with `required: false` where the kind allows it"
        case .invalidTime: "check `time.format` and `time.zone`, or have the stamps written so"
        case .timeOutOfRange: "check the unit of `time.format`, and the clock that wrote the stamps"
        case .invalidDate: "have the dates written as YYYY-MM-DD, or list what stands for nothing in `null_values`"
        case .invalidDecimal, .invalidInteger:
            "declare what stands beside the digits in `numbers`, and what stands for nothing in `null_values`"
        case .decimalOverflow, .integerOverflow: "check that the column is a number, or map it as text"
        case .invalidBoolean: "have it written as true or false, or map the column as a category"
        }
    }
}

extension RejectCount {
    /// What to do about these rejects, in one sentence; the same for all that are mended in the same way.
    public var remedy: String {
        let fault = Fault.allCases.first { fault in
            LogFormat.Layout.allCases.contains { fault.code(column: column ?? "", layout: $0) == code }
        }
        return fault?.remedy ?? ""
    }
}
