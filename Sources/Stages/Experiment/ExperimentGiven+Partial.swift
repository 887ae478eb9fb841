import StageKit
import Statistics
import Vocabulary

extension ExperimentGiven {
    func write(_ writer: inout PartialWriter) {
        writer.count(sharedDevices.count)
        for key in sharedDevices.sorted() { writer.key(key) }
        writer.count(bounds.count)
        for pair in bounds { pair.write(&writer) }
        writer.count(thresholds.count)
        for (name, cell) in thresholds.sorted(by: { $0.key < $1.key }) {
            writer.text(name.text)
            for quantile in cell.whole { writer.bound(quantile) }
            for segments in cell.segments {
                writer.count(segments.count)
                let sorted = segments.map { (name: $0.key ?? ByteString(""), isNamed: $0.key != nil, quantiles: $0.value) }
                for segment in sorted.sorted(by: { ($0.isNamed ? 1 : 0, $0.name) < ($1.isNamed ? 1 : 0, $1.name) }) {
                    writer.flag(segment.isNamed)
                    writer.text(segment.name.text)
                    for quantile in segment.quantiles { writer.bound(quantile) }
                }
            }
        }
    }

    /// - Throws: `Problem` `partial.damaged`.
    init(_ plan: ExperimentPlan, reading reader: inout PartialReader) throws {
        for _ in 0..<(try reader.elements(ofBytes: 16)) { try reader.require(sharedDevices.insert(try reader.key()).inserted) }
        let pairs = try reader.elements(ofBytes: 2)
        try reader.require(pairs == 0 || pairs == plan.metrics.count)
        bounds = try (0..<pairs).map { _ in try WinsorizingBounds(reading: &reader) }
        for _ in 0..<(try reader.elements(ofBytes: 2)) {
            let name = ByteString(try reader.text())
            try reader.require(thresholds[name] == nil)
            var cell = Thresholds(whole: try plan.metrics.map { _ in try reader.bound() }, segments: [])
            for _ in plan.dimensions {
                var segments: [ByteString?: [Int128?]] = [:]
                for _ in 0..<(try reader.elements(ofBytes: 2)) {
                    let isNamed = try reader.flag()
                    let text = try reader.text()
                    let value = isNamed ? ByteString(text) : nil
                    try reader.require(segments[value] == nil && (isNamed || text.isEmpty))
                    segments[value] = try plan.metrics.map { _ in try reader.bound() }
                }
                cell.segments.append(segments)
            }
            thresholds[name] = cell
        }
    }
}
