import Chronology
import Foundation
import Glibc
import Marts
import Synchronization
import Testing
import Vocabulary

@Suite struct RunDirectoryTests {
    private let folder: TemporaryFolder
    private let output: String

    init() throws {
        folder = try TemporaryFolder()
        output = folder.path + "/a/out"
    }

    private func day(_ number: Int) -> CivilDate { CivilDate(daysSinceEpoch: 20_760 + number) }

    private func results(_ date: CivilDate) -> RunResults {
        RunResults(pipeline: "nightly", date: date, snapshot: "s", status: .done, seconds: 1)
    }

    @discardableResult
    private func publish(_ number: Int, seed: Int64 = 1, keep: Int = 30) throws -> RunDirectory.Publication {
        let run = try RunDirectory.create(in: output, date: day(number))
        try run.write(SampleMarts.plain("metrics/daily", seed: seed), formats: [.json, .csv])
        try run.write(SampleMarts.plain("funnel/purchase", seed: seed), formats: [.json, .csv])
        return try run.complete(name: "nightly", results: results(day(number)), keep: keep)
    }

    private func files(below path: String) -> [String] {
        (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).sorted()
    }

    @Test func aCompletedRunHoldsEverythingAndNothingElse() throws {
        let publication = try publish(1)
        #expect(publication.isCurrent)
        #expect(publication.run.name == "2026-11-04-001")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: output + "/current") == "runs/2026-11-04-001")
        #expect(
            files(below: publication.run.path) == [
                "datapackage.json", "funnel", "funnel/purchase.csv", "funnel/purchase.json", "metrics", "metrics/daily.csv",
                "metrics/daily.json", "run_results.json",
            ])
        #expect(try publication.run.results().run == "2026-11-04-001")
        #expect(try publication.run.mart("metrics/daily").rows.count == 2)
        #expect(files(below: output + "/runs").allSatisfy { !$0.contains("candidate") && !$0.contains(".tmp") })
    }

    /// The instant that the run sees up to; nil for a whole night.
    private func publish(_ number: Int, asOf instant: String?, makesCurrent: Bool = false) throws -> RunDirectory.Publication {
        let run = try RunDirectory.create(in: output, date: day(number))
        try run.write(SampleMarts.plain("metrics/daily"), formats: [.json])
        if let instant { try run.markIntraday(instant) }
        return try run.complete(name: "nightly", results: results(day(number)), makesCurrent: makesCurrent)
    }

    @Test func whatKnowsOfLessThanTheCurrentRunOfItsDateIsPublishedAside() throws {
        #expect(try publish(1, asOf: "2026-11-04T12:00:00+08:00").isCurrent)
        let earlier = try publish(1, asOf: "2026-11-04T05:00:00+02:00")
        #expect(!earlier.isCurrent && earlier.run.isAside && earlier.later?.name == "2026-11-04-001", "11:00 in Shanghai")
        #expect(try publish(1, asOf: "2026-11-04T06:00:00+02:00").isCurrent, "the same instant again")
        let night = try publish(1, asOf: nil)
        #expect(night.isCurrent && night.later == nil)
        let aside = try publish(1, asOf: "2026-11-04T23:59:59+08:00")
        #expect(!aside.isCurrent && aside.later == night.run)
        #expect(PublishedRun.newest(of: day(1), in: output) == night.run)
        #expect(PublishedRun.last(of: day(1), in: output) == aside.run)
        #expect(OutputVerification(output).defects.isEmpty)
        // A crash before the link was set ends at the same run.
        try FileManager.default.removeItem(atPath: output + "/current")
        try RunDirectory.recover(in: output)
        #expect(PublishedRun.current(in: output) == night.run)
        let forced = try publish(1, asOf: "2026-11-04T12:00:00+08:00", makesCurrent: true)
        #expect(forced.isCurrent && !forced.run.isAside)
        #expect(try publish(1, asOf: "2026-11-04T13:00:00+08:00").isCurrent, "it knows of more than the one that is current")
        // Another date is another matter.
        #expect(try publish(2, asOf: "2026-11-05T01:00:00+08:00").isCurrent)
        let backfill = try publish(1, asOf: nil)
        #expect(!backfill.isCurrent && !backfill.run.isAside && backfill.later == nil)
    }

    @Test func theCurrentRunOfADayIsNeverPrunedForOnesAsideOfIt() throws {
        let noon = try publish(1, asOf: "2026-11-04T12:00:00+08:00").run
        for hour in 1...5 { #expect(try !publish(1, asOf: "2026-11-04T0\(hour):00:00+08:00").isCurrent) }
        #expect(PublishedRun.current(in: output) == noon)
        #expect(PublishedRun.all(in: output).map(\.number) == [1, 5, 6])
    }

    @Test func thePageIsMadeOfTheFinishedResultsAndHeldInThem() throws {
        let run = try RunDirectory.create(in: output, date: day(1))
        try run.write(SampleMarts.plain("metrics/daily"), formats: [.json, .csv])
        let published = try run.complete(name: "nightly", results: results(day(1))) { results, resources in
            Array("\(results.run ?? "") \(resources.map(\.path))".utf8)
        }.run
        let content = try OutputFiles.read(published.path + "/dashboard.html")
        #expect(String(decoding: content, as: UTF8.self) == "2026-11-04-001 [\"metrics/daily.csv\", \"metrics/daily.json\"]")
        #expect(try published.results().page?.bytes == content.count)
        #expect(OutputVerification(output).defects.isEmpty)
        try OutputFiles.write(content + [0], to: published.path + "/dashboard.html")
        #expect(OutputVerification(output).defects.map(\.message) == ["it is not what was published"])
    }

    @Test func aPageThatCannotBeMadeLeavesWhatIsPublished() throws {
        let first = try publish(1).run
        let run = try RunDirectory.create(in: output, date: day(2))
        try run.write(SampleMarts.plain("metrics/daily"), formats: [.json])
        #expect(throws: Problem.self) {
            try run.complete(name: "nightly", results: results(day(2))) { _, _ in throw Problem(.martMalformed, "no page") }
        }
        #expect(PublishedRun.current(in: output) == first)
        #expect(PublishedRun.all(in: output) == [first])
    }

    @Test func theNewestDatesNewestRunIsCurrentAndABackfillNeverMovesItBack() throws {
        #expect(try publish(3).isCurrent)
        let backfill = try publish(2)
        #expect(!backfill.isCurrent)
        #expect(PublishedRun.current(in: output)?.name == "2026-11-06-001")
        #expect(try publish(3).run.name == "2026-11-06-002")
        #expect(PublishedRun.current(in: output)?.name == "2026-11-06-002")
        #expect(try publish(4).isCurrent)
        #expect(
            PublishedRun.all(in: output).map(\.name) == [
                "2026-11-05-001", "2026-11-06-001", "2026-11-06-002", "2026-11-07-001",
            ])
    }

    @Test func aRunThatNeverCompletesLeavesWhatIsPublished() throws {
        let published = try publish(1).run
        let before = files(below: published.path)
        let run = try RunDirectory.create(in: output, date: day(2))
        try run.write(SampleMarts.plain("metrics/daily", seed: 9), formats: [.json])
        #expect(files(below: published.path) == before)
        try run.discard()
        #expect(files(below: output + "/runs").allSatisfy { !$0.contains("candidate") })
        #expect(PublishedRun.current(in: output)?.name == "2026-11-04-001")
    }

    @Test func theNextRunSweepsWhatACrashLeftAndKeepsWhatItFinished() throws {
        let crashed = try RunDirectory.create(in: output, date: day(1))
        try crashed.write(SampleMarts.plain("metrics/daily"), formats: [.json])
        let halves = ["metrics/.daily.csv.tmp", ".resources/.metrics.daily.json.tmp"]
        for half in halves { try Data("half".utf8).write(to: URL(filePath: "\(crashed.path)/\(half)")) }
        try FileManager.default.moveItem(atPath: crashed.path, toPath: output + "/runs/.candidate-2026-11-03-77777777")
        try FileManager.default.createDirectory(
            atPath: output + "/runs/.removed-2026-10-01-001/metrics", withIntermediateDirectories: true)
        let empty = try RunDirectory.create(in: output, date: day(2))
        try publish(2)
        #expect(!FileManager.default.fileExists(atPath: empty.path))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: output + "/runs").sorted()
                == [".failed-2026-11-03-001", "2026-11-05-001"])
        let failed = try #require(FailedRun.all(in: output).first)
        for half in halves { #expect(!FileManager.default.fileExists(atPath: "\(failed.path)/\(half)")) }
        let run = try RunDirectory.create(in: output, date: failed.date)
        #expect(try run.link("metrics/daily", formats: [.json], from: failed))
        #expect(try !run.link("metrics/daily", formats: [.json, .csv], from: failed))
        let results = RunResults(
            pipeline: "p", date: failed.date, snapshot: nil, status: .failed, seconds: 0)
        try run.keepAside(results)
        #expect(FailedRun.all(in: output).map(\.isOpen) == [false, true], "the later one holds what it took over")
        #expect(try FailedRun.all(in: output).last?.results() == results)
        let last = try RunDirectory.create(in: output, date: failed.date)
        _ = try last.complete(name: "p", results: results)
        #expect(FailedRun.all(in: output).map(\.isOpen) == [false, false])
        #expect(try FileManager.default.contentsOfDirectory(atPath: FailedRun.all(in: output)[1].path) == ["run_results.json"])
    }

    @Test func aSwapThatACrashCutOffIsFinishedByTheNextRun() throws {
        try publish(1)
        try publish(2)
        unlink(output + "/current")
        symlink("runs/2026-11-04-001", output + "/current")
        try RunDirectory.create(in: output, date: day(3)).discard()
        #expect(PublishedRun.current(in: output)?.name == "2026-11-05-001")
    }

    @Test func anotherProcessOpensTheCandidate() throws {
        let run = try RunDirectory.create(in: output, date: day(5))
        let opened = try RunDirectory.open(run.path)
        #expect(opened.date == day(5))
        #expect(opened.output == output)
        try opened.write(SampleMarts.plain("metrics/daily"), formats: [.csv])
        let publication = try run.complete(name: "nightly", results: results(day(5)))
        #expect(files(below: publication.run.path).contains("metrics/daily.csv"))
        #expect(code { try RunDirectory.open(run.path) } == .outputCannotWrite)
        #expect(code { try RunDirectory.open(publication.run.path) } == .outputCannotWrite)
    }

    @Test func anUnchangedMartIsLinkedAndAMissingOrDamagedOneIsNot() throws {
        let first = try publish(1).run
        let run = try RunDirectory.create(in: output, date: day(2))
        #expect(try run.link("metrics/daily", formats: [.json, .csv], from: first))
        #expect(try !run.link("metrics/other", formats: [.json], from: first))
        try Data("{}".utf8).write(to: URL(filePath: first.path + "/funnel/purchase.json"))
        #expect(try !run.link("funnel/purchase", formats: [.json], from: first))
        let second = try run.complete(name: "nightly", results: results(day(2))).run
        func inode(_ path: String) throws -> UInt64? {
            try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
        }
        #expect(try inode(first.path + "/metrics/daily.json") == inode(second.path + "/metrics/daily.json"))
        let package = second.path + "/datapackage.json"
        let resources = try DataPackage.read(OutputFiles.read(package))
        #expect(resources.map(\.path) == ["metrics/daily.csv", "metrics/daily.json"])
        #expect(try second.mart("metrics/daily").id == "metrics/daily")
    }

    @Test func aFormThatIsNoLongerAskedForGoes() throws {
        let run = try RunDirectory.create(in: output, date: day(1))
        try run.write(SampleMarts.plain("metrics/daily"), formats: [.json, .csv])
        try run.write(SampleMarts.plain("metrics/daily"), formats: [.csv])
        let publication = try run.complete(name: "nightly", results: results(day(1)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: publication.run.path + "/metrics") == ["daily.csv"])
    }

    @Test func theLastRunsStayAndTheCurrentAlways() throws {
        for number in 1...5 { try publish(number, keep: 3) }
        #expect(PublishedRun.all(in: output).map(\.date) == [day(3), day(4), day(5)])
        let backfill = try publish(1, keep: 3)
        #expect(PublishedRun.all(in: output).map(\.date) == [day(1), day(3), day(4), day(5)])
        #expect(backfill.warnings.isEmpty)
        try publish(5, keep: 0)
        // The night, and the one run that it replaced.
        #expect(PublishedRun.all(in: output).map(\.name) == ["2026-11-08-001", "2026-11-08-002"])
    }

    @Test func equalRunsGiveEqualBytes() throws {
        let first = try publish(1).run
        let second = try publish(1).run
        for file in files(below: first.path) where file.contains(".") && file != "run_results.json" {
            #expect(try OutputFiles.read("\(first.path)/\(file)") == OutputFiles.read("\(second.path)/\(file)"))
        }
    }

    @Test func aReaderSeesWholeRunsOnly() throws {
        try publish(1, seed: 1)
        let failure = Mutex<Problem?>(nil)
        let isDone = Mutex(false)
        let writer = Thread {
            do {
                for seed in 4...24 { try self.publish(seed / 4, seed: Int64(seed)) }
            } catch {
                failure.withLock { $0 = error as? Problem }
            }
            isDone.withLock { $0 = true }
        }
        writer.start()
        var seen: Set<Int64> = []
        while true {
            let wasDone = isDone.withLock { $0 }
            let run = try #require(PublishedRun.current(in: output))
            let marts = try ["metrics/daily", "funnel/purchase"].map { try run.mart($0) }
            let package = try DataPackage.read(OutputFiles.read(run.path + "/datapackage.json"))
            #expect(package.count == 4)
            #expect(marts[0].rows == marts[1].rows)
            #expect(try run.results().run == run.name)
            if case .integer(let seed) = marts[0].rows[0][1] { seen.insert(seed) }
            if wasDone { break }
        }
        #expect(failure.withLock { $0 } == nil)
        #expect(seen.contains(24))
    }

    @Test func anUnwritableOutputIsAProblemWithItsPath() throws {
        let file = folder.path + "/file"
        try Data().write(to: URL(filePath: file))
        let problem = problem { try RunDirectory.create(in: file + "/out", date: day(1)) }
        #expect(problem?.code == .outputCannotWrite)
        #expect(problem?.code.exit == .cannotWrite)
        #expect(problem?.description.contains(file) == true)
        guard geteuid() != 0 else { return }
        chmod(folder.path, 0o555)
        defer { chmod(folder.path, 0o755) }
        #expect(code { try RunDirectory.create(in: output, date: day(1)) } == .outputCannotWrite)
    }

    @Test func aFullDiskIsAnInputOutputProblem() {
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        let problem = problem { try OutputFiles.write([1, 2, 3], descriptor: descriptor, path: "/out/x.json") }
        #expect(problem?.code == .outputInputOutput)
        #expect(problem?.code.exit == .inputOutput)
    }

    @Test func aDirectoryInTheLinksPlaceIsAProblem() throws {
        try FileManager.default.createDirectory(atPath: output + "/current", withIntermediateDirectories: true)
        #expect(code { try RunDirectory.create(in: output, date: day(1)) } == .outputCannotWrite)
    }

    @Test func aFileThatVanishedIsNotPublished() throws {
        let run = try RunDirectory.create(in: output, date: day(1))
        try run.write(SampleMarts.plain("metrics/daily"), formats: [.json])
        unlink(run.path + "/metrics/daily.json")
        #expect(code { try run.complete(name: "n", results: results(day(1))) } == .outputInputOutput)
        #expect(PublishedRun.current(in: output) == nil)
    }

    @Test func noNameLeavesTheOutput() throws {
        let run = try RunDirectory.create(in: output, date: day(1))
        for id in ["../evil", "a/../../evil", "/etc/evil", "a/b/c"] {
            #expect(code { try run.write(SampleMarts.plain(id), formats: [.json]) } == .martBadID)
            #expect(try run.link(id, formats: [.json], from: publish(1).run) == false)
        }
    }
}
