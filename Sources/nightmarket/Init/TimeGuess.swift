import EventLog
import Vocabulary

/// How a column of times or of days is written.
struct TimeGuess {
    /// The format that the fewest values misfit; of equals the first.
    let format: LogFormat.TimeFormat
    let twin: Twin?

    /// The format with day and month the other way round, where no fewer values fit it.
    struct Twin {
        let format: LogFormat.TimeFormat
        /// Whether each value fits both formats or neither.
        let isAlike: Bool
    }

    private static let days = ["dd/MM/yyyy", "MM/dd/yyyy", "d/M/yyyy", "M/d/yyyy", "yyyy/MM/dd", "yyyy/M/d", "dd.MM.yyyy", "dd-MM-yyyy", "d-MMM-yyyy", "yyyy年M月d日", "yyyyMMdd"]
    private static let clocks = [" HH:mm:ss", " HH:mm", " H:mm:ss", " H:mm", " h:mm:ss a", " h:mm a"]

    private static let datePatterns = days.compactMap(LogFormat.TimeFormat.init)
    private static let timePatterns =
        (days.flatMap { day in clocks.map { day + $0 } } + ["yyyyMMddHHmmss", "yyyy年M月d日H时m分", "yyyy年M月d日 H时m分s秒"])
        .compactMap(LogFormat.TimeFormat.init) + datePatterns

    /// Nil where no format of instants fits nearly all of the values.
    init?(times values: [String]) {
        // No number is an instant of our time in two units: the ranges lie apart.
        self.init(values, of: LogFormat.TimeFormat.named + Self.timePatterns) { typing, bytes in
            var value: Int64 = 0
            return typing.time(bytes, &value) == .none && value > 10 * 31_536_000_000_000
        }
    }

    /// Nil where no format of days fits nearly all of the values.
    init?(days values: [String]) {
        self.init(values, of: [.iso8601] + Self.datePatterns) { typing, bytes in
            var value: Int64 = 0
            return typing.date(bytes, &value) == .none && value > 3650
        }
    }

    private typealias Reading = (inout TimeTyping, UnsafeRawBufferPointer) -> Bool

    private init?(_ values: [String], of formats: [LogFormat.TimeFormat], _ reads: Reading) {
        guard !values.isEmpty else { return nil }
        let sample = values.map { Array($0.utf8) }
        var best: (format: LogFormat.TimeFormat, misfits: Int)?
        for format in formats {
            // One value in twenty may be broken.
            let most = best.map { $0.misfits - 1 } ?? sample.count / 20
            if let misfits = Self.misfits(of: format, in: sample, most: most, reads) { best = (format, misfits) }
        }
        guard let best else { return nil }
        format = best.format
        twin = Self.turned(format).flatMap { other in
            guard Self.misfits(of: other, in: sample, most: best.misfits, reads) != nil else { return nil }
            var (one, two) = (TimeTyping(best.format, zone: .utc), TimeTyping(other, zone: .utc))
            return Twin(format: other, isAlike: sample.allSatisfy { text in text.withUnsafeBytes { reads(&one, $0) == reads(&two, $0) } })
        }
    }

    /// How many values a format does not read; nil where they are more than `most`.
    private static func misfits(of format: LogFormat.TimeFormat, in sample: [[UInt8]], most: Int, _ reads: Reading) -> Int? {
        guard most >= 0 else { return nil }
        var typing = TimeTyping(format, zone: .utc)
        var misfits = 0
        for text in sample where !text.withUnsafeBytes({ reads(&typing, $0) }) {
            misfits += 1
            if misfits > most { return nil }
        }
        return misfits
    }

    private static func turned(_ format: LogFormat.TimeFormat) -> LogFormat.TimeFormat? {
        guard case .pattern(let pattern) = format else { return nil }
        let turned = pattern.text.replacing("dd/MM/", with: "MM/dd/").replacing("d/M/", with: "M/d/")
        return turned == pattern.text ? nil : LogFormat.TimeFormat(rawValue: turned)
    }
}
