import Foundation
import Glibc
import TestSupport
import Testing

/// Nights that are killed, interrupted, overlapped, and run on full, read-only and damaged disks. `scripts/chaos.sh` runs
/// the same rounds by the hundred.
@Suite struct ChaosTests {
    private static func number(_ variable: String) -> Int? { ProcessInfo.processInfo.environment[variable].flatMap(Int.init) }

    /// What the rounds go by must itself see what they look for.
    @Test func theReaderNoticesWhatIsNotWhole() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        let run = workspace.path("out/current")
        #expect(ChaosReader.faults(of: run) == [])
        let mart = try workspace.read("out/current/funnel/purchase.csv")
        try workspace.write(mart.replacingOccurrences(of: "1", with: "2"), to: "out/current/funnel/purchase.csv")
        #expect(ChaosReader.faults(of: run) == ["funnel/purchase.csv: not what the data package says"])
        try workspace.remove("out/current/funnel/purchase.csv")
        #expect(ChaosReader.faults(of: run) == ["funnel/purchase.csv: gone"])
        try workspace.remove("out/current/datapackage.json")
        #expect(ChaosReader.faults(of: run) == ["no data package"])
    }

    @Test func nothingIsLostWhateverEndsTheNight() throws {
        let rounds = Self.number("NIGHTMARKET_CHAOS_ROUNDS") ?? 6
        let seed = UInt64(clamping: Self.number("NIGHTMARKET_CHAOS_SEED") ?? 1)
        // Mounting needs rights, and a private mount namespace so that nothing can stay behind: the script sees to both.
        let mounts = Self.number("NIGHTMARKET_CHAOS_MOUNTS") == 1
        var counts = ChaosCounts()
        while counts.rounds < rounds {
            let campaign = try ChaosCampaign(seed: seed &+ UInt64(counts.arrangements), mounts: mounts)
            counts.arrangements += 1
            var monkey = ChaosMonkey(campaign: campaign)
            for _ in 0..<min(14, rounds - counts.rounds) {
                counts.rounds += 1
                let faults = try monkey.round(&counts)
                counts.losses += faults.map { "seed \(seed), round \(counts.rounds): \($0)" }
                if !faults.isEmpty { break }
            }
            let seen = campaign.reader.stop()
            counts.looks += seen.looks
            counts.runsSeen += seen.runs
            counts.losses += seen.faults.map { "seed \(seed), up to round \(counts.rounds), a reader saw: \($0)" }
            if seen.looks == 0 { counts.losses.append("no reader ever saw a run") }
        }
        print(counts.report)
        #expect(counts.losses == [])
    }
}

/// Disturbs one start after the other.
struct ChaosMonkey {
    private enum Disturbance: CaseIterable {
        case killAll, killOrchestrator, killStep, terminate, overlap, fullDisk, readOnly, nothing
    }

    let campaign: ChaosCampaign
    /// What a whole run took lately, in microseconds.
    private var usual = 150_000.0

    init(campaign: ChaosCampaign) { self.campaign = campaign }

    /// Disturbs a start, lets a run complete, and says what is wrong then.
    mutating func round(_ counts: inout ChaosCounts) throws -> [String] {
        try campaign.rearrange(&counts)
        var faults: [String] = []
        for _ in 0..<Int.random(in: 1...2, using: &campaign.generator) { faults += try disturb(&counts) }
        let start = Date()
        let run = try ChaosProcess("nightmarket", command(wait: true), in: campaign.disk.folder)
        let end = run.wait()
        if run.leavesProcesses { faults.append("a process is left after a whole run") }
        guard end == .exited(0) else { return faults + ["the next run did not complete: \(end)\n\(run.text)"] }
        usual = usual * 0.7 + Date().timeIntervalSince(start) * 1e6 * 0.3
        return faults + (try campaign.faults())
    }

    private func command(wait: Bool) -> [String] {
        ["run", "pipeline.yaml", "--date", campaign.date] + (wait ? ["--wait", "30"] : [])
    }

    /// A command that writes, mostly a whole night.
    private func anyCommand() -> [String] {
        switch Int.random(in: 0..<10, using: &campaign.generator) {
        case 0: ["retry", "pipeline.yaml"]
        // Before anything was taken in there is nothing to backfill from, and it says so.
        case 1 where campaign.hasSnapshot: ["backfill", "pipeline.yaml", "--from", "2026-11-01", "--to", campaign.date, "--all"]
        case 2: ["run", "pipeline.yaml", "--as-of", "\(campaign.date)T12:00"]
        case 3: command(wait: false) + ["--force"]
        default: command(wait: false)
        }
    }

    private mutating func disturb(_ counts: inout ChaosCounts) throws -> [String] {
        if campaign.chance(10), let person = campaign.chooseToForget() { return try forget(person, &counts) }
        var words = anyCommand()
        let disturbance = Disturbance.allCases.randomElement(using: &campaign.generator) ?? .nothing
        // A replay of a file that was replaced meanwhile says so and fails: it is only killed.
        if [.killAll, .killOrchestrator, .killStep].contains(disturbance), campaign.chance(20) { words = ["replay", "pipeline.yaml"] }
        counts.commands[words.contains("--as-of") ? "run --as-of" : words[0], default: 0] += 1
        switch disturbance {
        case .killAll:
            return try interrupt(words) { run in
                counts.killed[run.phase, default: 0] += 1
                kill(-run.id, SIGKILL)
            }
        case .killOrchestrator:
            return try interrupt(words) { run in
                counts.killed["the orchestrator alone", default: 0] += 1
                kill(run.id, SIGKILL)
            }
        case .killStep:
            return try interrupt(words) { run in
                guard let step = run.members.first(where: { $0.id != run.id }) else { return }
                counts.killed["\(run.phase) alone", default: 0] += 1
                kill(step.id, SIGKILL)
            }
        case .terminate:
            return try interrupt(words, mayEnd: [.exited(143), .exited(75), .signaled(SIGTERM)]) { run in
                counts.interrupted[run.phase, default: 0] += 1
                kill(run.id, SIGTERM)
            }
        case .overlap: return try overlap(words, &counts)
        case .fullDisk: return try fillDisk(words, &counts)
        case .readOnly: return try makeReadOnly(words, &counts)
        case .nothing: return try finish(ChaosProcess("nightmarket", words, in: campaign.disk.folder), mayEnd: [])
        }
    }

    /// Starts a command and does something to it at a random moment.
    private func interrupt(
        _ words: [String], mayEnd: Set<ChaosProcess.End>? = nil, _ body: (ChaosProcess) -> Void
    ) throws -> [String] {
        let run = try ChaosProcess("nightmarket", words, in: campaign.disk.folder)
        usleep(UInt32(Double.random(in: 0...usual, using: &campaign.generator)))
        body(run)
        return finish(run, mayEnd: mayEnd)
    }

    /// - Parameter mayEnd: how it may end beside well; nil: as it likes.
    private func finish(_ run: ChaosProcess, mayEnd: Set<ChaosProcess.End>?) -> [String] {
        let end = run.wait()
        var faults: [String] = []
        if run.leavesProcesses { faults.append("a process is left of a run that ended with \(end)") }
        if end == .hung || mayEnd.map({ end != .exited(0) && !$0.contains(end) }) == true {
            faults.append("a run ended with \(end):\n\(run.text)")
        }
        return faults
    }

    /// Kills the erasing of a person, and lets it be done.
    private func forget(_ person: String, _ counts: inout ChaosCounts) throws -> [String] {
        counts.commands["forget", default: 0] += 1
        let words = ["forget", "pipeline.yaml", person]
        let faults = try interrupt(words) { run in
            counts.killed["forget", default: 0] += 1
            kill(-run.id, SIGKILL)
        }
        let again = try ChaosProcess("nightmarket", words, in: campaign.disk.folder)
        return faults + finish(again, mayEnd: [])
    }

    private func overlap(_ words: [String], _ counts: inout ChaosCounts) throws -> [String] {
        let first = try ChaosProcess("nightmarket", words, in: campaign.disk.folder)
        usleep(UInt32(Double.random(in: 0...usual / 2, using: &campaign.generator)))
        let second = try ChaosProcess("nightmarket", command(wait: false), in: campaign.disk.folder)
        let ends = [second.wait(), first.wait()]
        if ends.contains(.exited(75)) { counts.overlaps += 1 }
        if ends.contains(.exited(0)), ends.allSatisfy({ [.exited(0), .exited(75)].contains($0) }) { return [] }
        return ["two starts at once ended with \(ends):\n\(first.text)\n\(second.text)"]
    }

    private func fillDisk(_ words: [String], _ counts: inout ChaosCounts) throws -> [String] {
        counts.fullDisks += 1
        let free = Int.random(in: 0...200, using: &campaign.generator)
        guard campaign.disk.isMounted else {
            let run = try ChaosProcess("nightmarket", words, in: campaign.disk.folder, fileLimit: free / 10)
            let faults = finish(run, mayEnd: nil)
            if !run.text.isEmpty { counts.fullDisksNoticed += 1 }
            return faults
        }
        let folder = campaign.chance(50) ? campaign.disk.folder : campaign.disk.output
        let filler = folder + "/filler"
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let block = [UInt8](repeating: 1, count: 65_536)
        var size = 0
        while case let count = write(descriptor, block, block.count), count > 0 { size += count }
        ftruncate(descriptor, max(0, size - free * 1024))
        close(descriptor)
        defer { unlink(filler) }
        let run = try ChaosProcess("nightmarket", words, in: campaign.disk.folder)
        let end = run.wait()
        if end != .exited(0) { counts.fullDisksNoticed += 1 }
        // 1: the failing step could not say in time that it was the disk.
        if [.exited(0), .exited(74), .exited(1)].contains(end) { return run.leavesProcesses ? ["a process is left"] : [] }
        return ["on a full disk a run ended with \(end):\n\(run.text)"]
    }

    private func makeReadOnly(_ words: [String], _ counts: inout ChaosCounts) throws -> [String] {
        guard campaign.setOutput(writable: false) else { return [] }
        defer { _ = campaign.setOutput(writable: true) }
        counts.readOnly += 1
        return finish(
            try ChaosProcess("nightmarket", words, in: campaign.disk.folder), mayEnd: [.exited(73)])
    }
}
