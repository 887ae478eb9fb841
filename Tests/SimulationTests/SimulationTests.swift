import Chronology
import Simulation
import Testing
import Vocabulary

@Suite("The bytes of a simulation")
struct SimulationBytesTests {
    @Test("the same seed gives the same bytes, for any number of threads and passes")
    func sameBytes() throws {
        let one = try SimulatedFolder(SimulatedFolder.options())
        let threaded = try SimulatedFolder(SimulatedFolder.options { $0.threads = 3 })
        let inPasses = try SimulatedFolder(SimulatedFolder.options { $0.eventsInMemory = 150 })
        let expected = try one.allBytes()
        #expect(expected.count == 14 + 14 + 1 + 1)
        #expect(try threaded.allBytes() == expected)
        #expect(try inPasses.allBytes() == expected)
    }

    @Test("another seed gives another campaign")
    func otherSeed() throws {
        let one = try SimulatedFolder(SimulatedFolder.options(seed: 1, events: 500))
        let other = try SimulatedFolder(SimulatedFolder.options(seed: 2, events: 500))
        #expect(one.truth.events != other.truth.events)
    }

    @Test("the number of clean events comes within 5 % of the target", arguments: [300, 4_000, 40_000])
    func size(target: Int) throws {
        let folder = try SimulatedFolder(SimulatedFolder.options(events: target, dirt: 0))
        #expect(abs(folder.truth.eventTotal - target) * 20 <= target)
    }

    @Test("the gzip header carries no time and no name")
    func gzipHeader() throws {
        let folder = try SimulatedFolder(SimulatedFolder.options(events: 300))
        let bytes = try folder.plain(folder.eventFiles[0])
        #expect(Array(bytes[..<8]) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    }

    @Test("a file of clean events is in the order of time, and of its own day")
    func order() throws {
        let folder = try SimulatedFolder(SimulatedFolder.options(dirt: 0))
        for (file, day) in zip(folder.eventFiles, folder.truth.days) {
            let log = NaiveLog(try folder.inflated(file))
            #expect(log.good.map(\.time) == log.good.map(\.time).sorted())
            #expect(log.good.allSatisfy { $0.date == day.date.description })
        }
    }

    @Test("stamps follow the zone through a change of the clock")
    func daylightSaving() throws {
        let zone = try Zone(named: "Europe/Berlin")
        let firstDay = try #require(CivilDate("2026-10-24"))
        let folder = try SimulatedFolder(
            SimulationOptions(events: 1_500, firstDay: firstDay, days: 3, zone: zone, dirt: 0, compressionLevel: 1))
        var offsets: [Set<Substring>] = []
        for (index, file) in folder.eventFiles.enumerated() {
            let log = NaiveLog(try folder.inflated(file))
            #expect(log.good.allSatisfy { $0.date == firstDay.adding(days: index).description })
            offsets.append(Set(log.good.map { $0["ts"].suffix(6) }))
        }
        #expect(offsets == [["+02:00"], ["+02:00", "+01:00"], ["+01:00"]])
    }

    @Test("a repeated file is another file's bytes, a truncated one is the first half of one")
    func brokenFiles() throws {
        let folder = try SimulatedFolder(
            SimulatedFolder.options(events: 800) {
                $0.repeatsFile = true
                $0.truncatesFile = true
            })
        #expect(try folder.plain("events/repeated.csv.gz") == folder.plain("events/2026-11-02.csv.gz"))
        let whole = try folder.plain("events/2026-11-01.csv.gz")
        #expect(try folder.plain("events/truncated.csv.gz") == Array(whole[..<(whole.count / 2)]))
    }
}

@Suite("What a simulation refuses")
struct SimulationRefusalTests {
    @Test("options out of range name the option and what it may be")
    func options() throws {
        let wrong: [((inout SimulationOptions) -> Void, String)] = [
            ({ $0.events = 0 }, "events must be 1 to 10000000000, not 0"),
            ({ $0.days = 367 }, "days must be 1 to 366, not 367"),
            ({ $0.dirt = .nan }, "the share of dirt must be 0 to 0.5, not nan"),
            ({ $0.compressionLevel = 10 }, "the gzip level must be 0 to 9, not 10"),
            ({ $0.threads = 0 }, "threads must be 1 to 256, not 0"),
            ({ $0.lift = 2.1 }, "the lift of variant B must be -1 to 2, not 2.1"),
        ]
        for (change, message) in wrong {
            let problem = try #require(throws: Problem.self) {
                try simulate(SimulatedFolder.options(change), into: "/nonexistent/folder")
            }
            #expect(problem.code == .simulationOptions)
            #expect(problem.message == message)
        }
    }

    @Test("a folder with a simulation in it is left as it is")
    func occupied() throws {
        let folder = try SimulatedFolder(SimulatedFolder.options(events: 300))
        let before = try folder.allBytes()
        let problem = try #require(throws: Problem.self) {
            try simulate(SimulatedFolder.options(seed: 99, events: 300), into: folder.path)
        }
        #expect(problem.code == .simulationFolder)
        #expect(problem.code.exit == .cannotWrite)
        #expect(try folder.allBytes() == before)
    }

    @Test("a folder that cannot be made is named")
    func unwritable() throws {
        let problem = try #require(throws: Problem.self) {
            try simulate(SimulatedFolder.options(events: 300), into: "/proc/nowhere/simulation")
        }
        #expect(problem.code == .simulationCannotWrite)
        #expect(problem.place == .path("/proc/nowhere/simulation"))
    }
}
