/// What a crash test did and found.
struct ChaosCounts {
    var rounds = 0
    var arrangements = 0
    var killed: [String: Int] = [:]
    var interrupted: [String: Int] = [:]
    var commands: [String: Int] = [:]
    var filesDamaged = 0
    var filesRestored = 0
    var overlaps = 0
    var fullDisks = 0
    var fullDisksNoticed = 0
    var readOnly = 0
    var looks = 0
    var runsSeen = 0
    /// What went wrong, with the seed and round that show it again.
    var losses: [String] = []

    private func list(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    var report: String {
        """
        chaos: \(rounds) rounds in \(arrangements) arrangements of files
          moments killed: \(killed.values.reduce(0, +)) (\(list(killed)))
          moments of SIGTERM: \(interrupted.values.reduce(0, +)) (\(list(interrupted)))
          commands disturbed: \(list(commands))
          files damaged: \(filesDamaged), replaced by good ones: \(filesRestored)
          overlapping starts: \(overlaps)
          full disks: \(fullDisks), of which a run failed on: \(fullDisksNoticed)
          read-only outputs: \(readOnly)
          looks of a reader: \(looks), at \(runsSeen) runs
          lost: \(losses.isEmpty ? "nothing" : "\(losses.count)")\(losses.map { "\n    " + $0 }.joined())
        """
    }
}
