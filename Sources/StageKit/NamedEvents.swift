import EventStore
import Expressions
import Manifest
import Marts
import Vocabulary

/// A name of an event that a node's options ask for, and where they do.
public struct NamedEvent: Sendable, Hashable {
    public let name: String
    public let place: Place

    public init(_ name: String, at place: Place) {
        self.name = name
        self.place = place
    }
}

extension Value {
    /// The events that its conditions compare `event` with, however deep.
    public var eventsInConditions: [NamedEvent] {
        switch content {
        case .condition(let condition): condition.texts(comparedWith: "event").map { NamedEvent($0, at: place) }
        case .list(let values): values.flatMap(\.eventsInConditions)
        case .map(let entries): entries.flatMap { $0.value.eventsInConditions }
        default: []
        }
    }

    /// The texts of a value or of a list of them, as events.
    public var eventsOfTexts: [NamedEvent] {
        if let name = string { return [NamedEvent(name, at: place)] }
        return list.flatMap(\.eventsOfTexts)
    }
}

extension Manifest {
    /// Of names of events those that neither the vocabulary nor a source's `events` has, each once.
    public func unusual(_ events: [NamedEvent]) -> [NamedEvent] {
        let known = Set(knownEvents)
        var seen: Set<String> = []
        return events.filter { !known.contains($0.name) && seen.insert($0.name).inserted }
    }

    /// The known event most like one that is not known, as help.
    public func help(forEvent name: String) -> String? {
        nearestName(to: name, among: knownEvents).map { "did you mean '\($0)'?" }
    }

    private var knownEvents: [String] {
        Set(EventVocabulary.names + sources.flatMap(\.log.eventNames.values)).sorted()
    }
}

extension Snapshot {
    /// Of names of events those that no live row has within a span of time.
    public func unseen(_ names: Set<String>, within span: ScanRequest.Span?, threads: Int) throws -> Set<String> {
        guard !names.isEmpty, let span else { return names }
        let request = ScanRequest(columns: [], span: span, need: RowNeed(values: ["event": names], nobody: true))
        let consumers = try scan(request, threads: threads) { layout, count in
            (0..<count).map { _ in EventFinder(names, span, layout.eventNames) }
        }
        return consumers.reduce(names) { left, consumer in left.subtracting((consumer as? EventFinder)?.found ?? []) }
    }
}

/// Which events the rows of one thread's share have.
private final class EventFinder: ScanConsumer {
    private let span: ScanRequest.Span
    private let names: [String?]
    private(set) var found: Set<String> = []

    init(_ wanted: Set<String>, _ span: ScanRequest.Span, _ names: [String]) {
        self.span = span
        self.names = names.map { wanted.contains($0) ? $0 : nil }
    }

    func consume(_ rows: EventRows) {
        for row in 0..<rows.count where rows.times[row] >= span.start && rows.times[row] < span.end {
            if let name = names[Int(rows.events[row])] { found.insert(name) }
        }
    }

    func endBucket() {}
}
