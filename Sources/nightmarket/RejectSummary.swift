import Chronology
import EventLog
import EventStore
import Manifest
import StageKit
import Stages
import Vocabulary

/// The rejects of a snapshot by what to do about them, then by source and reason.
struct RejectSummary {
    struct Group {
        var source: String
        var reason: String
        var remedy: String
        var count = 0
        /// The newest file that has such rejects; it gives the example.
        var newest: FileEntry
        var record: Int
    }

    /// By remedy, the one for most rejects first; in it the reason with most rejects first.
    let groups: [(remedy: String, reasons: [Group])]
    /// Files of which the disk keeps fewer rejects than were counted.
    let cut: [FileEntry]
    private let manifest: Manifest

    init(_ manifest: Manifest, _ catalogue: Catalogue) {
        self.manifest = manifest
        var groups: [[String]: Group] = [:]
        let files = catalogue.files.filter { $0.state == .live && $0.rejected > 0 }
        for file in files {
            for rejects in file.rejects {
                var group =
                    groups[[file.source, rejects.name]]
                    ?? Group(
                        source: file.source, reason: rejects.name, remedy: rejects.remedy, newest: file,
                        record: rejects.firstRecord)
                group.count += rejects.count
                if file.look.modified > group.newest.look.modified {
                    group.newest = file
                    group.record = rejects.firstRecord
                }
                groups[[file.source, rejects.name]] = group
            }
        }
        func precedes(_ a: (count: Int, name: String), _ b: (count: Int, name: String)) -> Bool {
            a.count != b.count ? a.count > b.count : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
        }
        self.groups = Dictionary(grouping: groups.values, by: \.remedy)
            .map { remedy, groups in
                (remedy, groups.sorted { precedes(($0.count, "\($0.source) \($0.reason)"), ($1.count, "\($1.source) \($1.reason)")) })
            }
            .sorted { a, b in
                precedes((a.1.reduce(0) { $0 + $1.count }, a.0), (b.1.reduce(0) { $0 + $1.count }, b.0))
            }
        cut = files.filter { $0.keptRejects < $0.rejected }
    }

    func print() throws {
        if groups.isEmpty { return }
        let all = groups.flatMap(\.reasons)
        try Console.print(
            "rejects     \(all.reduce(0) { $0 + $1.count }), to be read in \(manifest.store)/rejects; once mended: nightmarket replay \(ShellWord.quoted(manifest.path))")
        let rows = all.map { [$0.source, $0.reason, "\($0.count)", place(of: $0)] }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        var next = rows.makeIterator()
        for (remedy, reasons) in groups {
            try Console.print("  \(remedy)")
            for row in reasons.compactMap({ _ in next.next() }) {
                func blanks(_ column: Int) -> String { String(repeating: " ", count: widths[column] - row[column].count) }
                try Console.print("    \(row[0])\(blanks(0))  \(row[1])\(blanks(1))  \(blanks(2))\(row[2])  \(row[3])")
            }
        }
        for file in cut {
            try Console.print("  \(TerminalText.shown(file.path)): \(file.rejected) counted, \(file.keptRejects) kept to be read (keep_rejects)")
        }
    }

    private func place(of group: Group) -> String {
        let date = manifest.zone.day(of: group.newest.look.modified / 1000)
        return "such as \(TerminalText.shown(group.newest.path)), record \(group.record); newest file of \(date)"
    }
}
