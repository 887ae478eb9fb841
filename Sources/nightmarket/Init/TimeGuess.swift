import EventLog
import Vocabulary

/// Finding out how times and dates are written.
enum TimeGuess {
    private static let days = ["dd/MM/yyyy", "MM/dd/yyyy", "d/M/yyyy", "M/d/yyyy", "yyyy/MM/dd", "yyyy/M/d", "dd.MM.yyyy", "dd-MM-yyyy", "d-MMM-yyyy", "yyyy年M月d日", "yyyyMMdd"]
    private static let clocks = [" HH:mm:ss", " HH:mm", " H:mm:ss", " H:mm", " h:mm:ss a", " h:mm a"]

    private static let datePatterns = days.compactMap(LogFormat.TimeFormat.init)
    private static let timePatterns =
        (days.flatMap { day in clocks.map { day + $0 } } + ["yyyyMMddHHmmss", "yyyy年M月d日H时m分", "yyyy年M月d日 H时m分s秒"])
        .compactMap(LogFormat.TimeFormat.init) + datePatterns

    /// The format of instants that nearly all of the values have; nil where there is none.
    static func format(of values: [String]) -> LogFormat.TimeFormat? {
        let sample = sample(of: values)
        guard let first = sample.first else { return nil }
        let named: [LogFormat.TimeFormat] =
            switch first.split(separator: ".").first?.count ?? 0 {
            case 9, 10: [.seconds, .iso8601]
            case 12, 13: [.milliseconds]
            case 15, 16: [.microseconds, .iso8601]
            default: [.iso8601]
            }
        return (named + timePatterns).first { format in
            reads(sample, format) { typing, bytes, value in
                typing.time(bytes, &value) == .none && value > 10 * 31_536_000_000_000
            }
        }
    }

    /// The format of days that nearly all of the values have; nil where there is none.
    static func dateFormat(of values: [String]) -> LogFormat.TimeFormat? {
        let sample = sample(of: values)
        guard !sample.isEmpty else { return nil }
        return ([.iso8601] + datePatterns).first { format in
            reads(sample, format) { typing, bytes, value in typing.date(bytes, &value) == .none && value > 3650 }
        }
    }

    /// The format with day and month the other way round, where it fits as well.
    static func twin(of format: LogFormat.TimeFormat, in values: [String]) -> LogFormat.TimeFormat? {
        guard case .pattern(let pattern) = format else { return nil }
        let turned = pattern.text.replacing("dd/MM/", with: "MM/dd/").replacing("d/M/", with: "M/d/")
        guard turned != pattern.text, let other = LogFormat.TimeFormat(rawValue: turned) else { return nil }
        let fits = reads(sample(of: values), other) { typing, bytes, value in typing.time(bytes, &value) == .none }
        return fits ? other : nil
    }

    /// Some of the values, from first to last, so that every file of a source has its part.
    private static func sample(of values: [String]) -> [String] {
        let step = max(1, values.count / 500)
        return stride(from: 0, to: values.count, by: step).map { values[$0] }
    }

    private static func reads(
        _ sample: [String], _ format: LogFormat.TimeFormat,
        _ read: (inout TimeTyping, UnsafeRawBufferPointer, inout Int64) -> Bool
    ) -> Bool {
        var typing = TimeTyping(format, zone: .utc)
        let good = sample.filter { text in
            var value: Int64 = 0
            return Array(text.utf8).withUnsafeBytes { read(&typing, $0, &value) }
        }
        return good.count * 20 >= sample.count * 19
    }
}
