import EventStore
import Vocabulary

/// What a store should hold, worked out row by row over plain arrays.
struct NaiveStore {
    struct Row {
        var row: TestRow
        var source: String
        var space: String
        var window: Int64
    }

    var rows: [Row] = []
    var maxUsersPerDevice = 3

    mutating func add(
        _ new: [TestRow], source: String = "web", space: String = "web", window: Int64 = 3 * 86_400_000_000
    ) {
        rows += new.map { Row(row: $0, source: source, space: space, window: window) }
    }

    enum Owner: Hashable {
        case user(Int), device(Int)
        /// Rows of nobody with one event id are judged together.
        case event(Int), nobody
    }

    /// By device, the user that owns it.
    func deviceOwners() -> [Int: Int] {
        var owners: [Int: Int] = [:]
        for (device, links) in Dictionary(grouping: rows.filter { $0.row.device != nil && $0.row.user != nil }, by: \.row.device) {
            guard let device, Set(links.map(\.row.user)).count <= maxUsersPerDevice else { continue }
            // A user is the owner when one of its rows comes before every row of every other user.
            owners[device] = links.first { first in
                links.allSatisfy {
                    $0.row.user == first.row.user
                        || TestRow.precedesInContent((first.row, first.source), ($0.row, $0.source)) == true
                }
            }?.row.user
        }
        return owners
    }

    /// By order, whoever bought or created it.
    private func buyers(_ owners: [Int: Int]) -> [String: Set<Owner>] {
        var buyers: [String: Set<Owner>] = [:]
        for row in rows.map(\.row) where row.event == "purchase" || row.event == "order_create" {
            guard let order = row.orderID else { continue }
            switch owner(row, owners, [:]) {
            case .event, .nobody: break
            case let person: buyers[order, default: []].insert(person)
            }
        }
        return buyers
    }

    private func owner(_ row: TestRow, _ owners: [Int: Int], _ buyers: [String: Set<Owner>]) -> Owner {
        if let user = row.user { return .user(user) }
        if let device = row.device { return owners[device].map { .user($0) } ?? .device(device) }
        if let order = row.orderID, let persons = buyers[order], persons.count == 1, let person = persons.first { return person }
        return row.eventID.map { .event($0) } ?? .nobody
    }

    private struct Scope: Hashable {
        var space: String
        var id: Int
    }

    /// Live rows of every person in order (users, devices), those of nobody sorted as text; and the repeats.
    func live() -> (persons: Set<[String]>, nobody: [String], repeats: Int, times: [Int64]) {
        var persons: Set<[String]> = []
        var nobody: [String] = []
        var repeats = 0
        var times: [Int64] = []
        let owners = deviceOwners()
        let buyers = buyers(owners)
        for (owner, group) in Dictionary(grouping: rows, by: { owner($0.row, owners, buyers) }) {
            let sorted = group.sorted { TestRow.precedes(($0.row, $0.source), ($1.row, $1.source)) }
            var kept: [Scope: Int64] = [:]
            var texts: [String] = []
            for row in sorted {
                if let id = row.row.eventID {
                    let scope = Scope(space: row.space, id: id)
                    if let before = kept[scope], row.row.time - before <= row.window {
                        repeats += 1
                        continue
                    }
                    kept[scope] = row.row.time
                }
                texts.append(row.row.text(source: row.source))
                times.append(row.row.time)
            }
            switch owner {
            case .user, .device: persons.insert(texts)
            case .event, .nobody: nobody += texts
            }
        }
        return (persons, nobody.sorted(), repeats, times)
    }
}

extension ScanCollector {
    /// The rows of users and devices, person by person.
    var personRows: Set<[String]> { Set(rows.filter { kinds[$0.key] != .nobody }.values) }
    var nobodyRows: [String] { rows.filter { kinds[$0.key] == .nobody }.values.flatMap { $0 }.sorted() }
}
