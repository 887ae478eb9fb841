import Digests

/// What of a snapshot a computation can depend on.
public struct DataReach: Sendable, Hashable {
    /// The events in this span of time; nil: no events.
    public var events: ScanRequest.Span?
    /// The sources of the versioned tables that it reads.
    public var tables: Set<String>
    /// Of tables with a `date` only rows of these days count, and rows without one (days since 1970-01-01); nil: all rows.
    public var dates: Range<Int>?

    public init(events: ScanRequest.Span?, tables: Set<String> = [], dates: Range<Int>? = nil) {
        self.events = events
        self.tables = tables
        self.dates = dates
    }
}

extension Snapshot {
    /// Bytes of the segments' files that have events within any of these.
    package func segmentBytes(within reaches: [DataReach]) -> Int {
        let spans = reaches.compactMap(\.events)
        return segments.reduce(0) { sum, segment in spans.contains(where: segment.entry.hours.meet) ? sum + segment.bytes : sum }
    }
}

/// Digests of what lies within a reach: equal for equal live data taken in by the same sequence of nights.
///
/// It is exact to the row for rows that stop or begin to be live and for tables with dates, and to the hour for new segments: data
/// elsewhere in time leave it as it is.
public final class DataDigests {
    private let snapshot: Snapshot
    /// By source: the digests of its live rows by day; nil where it has no dates.
    private var days: [String: [Int?: String]?] = [:]

    public init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// - Throws: `Problem` where a table is damaged or contradicts itself.
    public func digest(of reach: DataReach) throws -> String {
        let digest = BLAKE2b.Stream()
        func add(_ text: String) { Array((text + "\n").utf8).withUnsafeBytes(digest.update) }
        if let span = reach.events {
            let met = snapshot.segments.filter { $0.entry.hours.meet(span) }.map { ($0, $0.entry.source + " " + $0.entry.hash) }
            for (segment, content) in met.sorted(by: { $0.1 < $1.1 }) {
                add("segment " + content)
                try segment.dead?.add(in: span, to: digest)
            }
        }
        for source in reach.tables.sorted() {
            add("table \(source)")
            if let dates = reach.dates, let days = try days(of: source) {
                for day in days.keys.sorted(by: { ($0 ?? .min) < ($1 ?? .min) }) where day.map(dates.contains) ?? true {
                    add("\(day.map { "\($0)" } ?? "-") \(days[day] ?? "")")
                }
            } else {
                let settings = snapshot.catalogue.sources[source]
                add("\(settings?.key ?? []) \(settings?.versionColumn ?? "")")
                for hash in snapshot.catalogue.tables.filter({ $0.source == source }).map(\.hash).sorted() { add(hash) }
            }
        }
        return digest.finish()
    }

    private func days(of source: String) throws -> [Int?: String]? {
        if let known = days[source] { return known }
        let isDated = snapshot.catalogue.tables.contains { table in
            table.source == source && table.columns.contains { $0.name == "date" && $0.type == .date }
        }
        let made = isDated ? try snapshot.table(source).digestsByDay : nil
        days[source] = .some(made)
        return made
    }
}

extension TableSnapshot {
    /// A digest of the rows of each day, in their order; nil is the day of rows without a date.
    fileprivate var digestsByDay: [Int?: String] {
        let dates = column("date")?.integers ?? []
        var bytes: [Int?: [UInt8]] = [:]
        var content: [UInt8] = []
        func add(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number.littleEndian) { content.append(contentsOf: $0) } }
        for row in 0..<rowCount {
            content.removeAll(keepingCapacity: true)
            for (place, column) in columns.enumerated() {
                if row < column.integers.count, let value = column.integers[row] {
                    add(Int32(truncatingIfNeeded: place))
                    add(value)
                } else if row < column.strings.count, let value = column.strings[row] {
                    add(Int32(truncatingIfNeeded: place))
                    add(value.utf8.count)
                    content.append(contentsOf: value.utf8)
                } else if row < column.keys.count, let value = column.keys[row] {
                    add(Int32(truncatingIfNeeded: place))
                    add(value.high)
                    add(value.low)
                }
            }
            add(Int32(-1))
            bytes[row < dates.count ? dates[row].map { Int($0) } : nil, default: []] += content
        }
        let names = columns.map { "\($0.column.name) \($0.column.type.rawValue)" }.joined(separator: "\n")
        return bytes.mapValues { hexadecimal(BLAKE2b.hash(Array(names.utf8) + $0)) }
    }
}
