import Chronology
import Dispatch
import Glibc
import Synchronization
import Vocabulary

/// Writes a campaign with known truth into a folder: `events/YYYY-MM-DD.csv.gz`, `ads/report-YYYYMMDD.csv`,
/// `costs/kol.csv` and `truth.json`.
///
/// Each file is complete or absent. The same options give the same bytes, whatever the number of threads (gzip bytes
/// also hang on the version of zlib). Memory is bounded: a day is written in stretches of about a million events.
/// - Parameter progress: is called now and then, never by two threads at a time.
/// - Returns: the truth that `truth.json` holds.
/// - Throws: `Problem`: `simulation.options`, `simulation.folder-not-empty` where the folder has a simulation already,
///   `simulation.cannot-write`.
@discardableResult
public func simulate(
    _ options: SimulationOptions, into folder: String,
    progress: @escaping @Sendable (SimulationProgress) -> Void = { _ in }
) throws -> SimulationTruth {
    try options.validate()
    return try Simulation(options, folder: folder, progress: progress).run()
}

private struct Simulation {
    let options: SimulationOptions
    let folder: String
    let campaign: Campaign
    let devices: Devices
    let dates: [CivilDate]
    let progress: @Sendable (SimulationProgress) -> Void

    init(
        _ options: SimulationOptions, folder: String, progress: @escaping @Sendable (SimulationProgress) -> Void
    ) {
        self.options = options
        self.folder = folder
        self.progress = progress
        campaign = Campaign(options)
        devices = Devices(seed: options.seed, areShared: options.sharesDevices)
        dates = (0..<options.days).map { options.firstDay.adding(days: $0) }
    }

    func run() throws -> SimulationTruth {
        try makeFolders()
        let persons = populationSize()
        let census = takeCensus(persons)
        let reports = AdReport(seed: options.seed, census: census)
        let fees = AuthorFees(persons: persons, days: options.days)
        let names = dates.map(\.description)
        for day in dates.indices {
            let name = names[day].replacing("-", with: "")
            try write(reports.text(published: day, dates: names), to: "ads/report-\(name).csv")
        }
        try write(fees.text(dates: names), to: "costs/kol.csv")
        let files = try writeLogs(persons: persons, census: census)
        let intruders = options.hasAgents ? IntruderLog(options) : nil
        try intruders?.write(to: "\(folder)/\(IntruderLog.path)", clocks: dates.map { DayClock($0, zone: options.zone) })
        var truth = SimulationTruth(
            options: options, census: census, files: files, reports: reports, fees: fees, dates: dates)
        truth.intruders = intruders?.counts
        try write(truth.json, to: "truth.json")
        return truth
    }

    private func makeFolders() throws {
        for path in [folder] + ["events", "ads", "costs"].map({ "\(folder)/\($0)" }) {
            guard mkdir(path, 0o755) != 0 else { continue }
            guard errno == EEXIST else {
                throw Problem(
                    .simulationCannotWrite, "the folder cannot be made: \(String(cString: strerror(errno)))",
                    at: .path(path), help: "give a folder whose parent exists and can be written to")
            }
            if path == folder { continue }
            guard isEmpty(path) else {
                throw Problem(
                    .simulationFolder, "the folder has files already; a simulation never writes over others",
                    at: .path(path), help: "give another folder, or remove this one first")
            }
        }
    }

    private func isEmpty(_ path: String) -> Bool {
        guard let entries = opendir(path) else { return false }
        defer { closedir(entries) }
        var count = 0
        while readdir(entries) != nil { count += 1 }
        return count <= 2
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let file = try OutputFile("\(folder)/\(name)", gzipLevel: nil)
        try file.write(bytes)
        try file.finish()
    }

    /// All events of a person, in the order of their days.
    private func life(
        _ number: Int, _ sessions: inout [ScheduledSession], into events: inout [SimulatedEvent]
    ) {
        let person = Person(UInt64(number), seed: options.seed)
        campaign.schedule(person, into: &sessions)
        events.removeAll(keepingCapacity: true)
        for rank in sessions.indices {
            campaign.appendSession(person, sessions, rank: rank, into: &events)
            for delay in 1...Campaign.longestRefund where sessions[rank].day + delay < options.days {
                campaign.appendRefund(person, sessions, rank: rank, day: sessions[rank].day + delay, into: &events)
            }
        }
    }

    /// Persons whose events come to the number asked for: counted as long as that is quick, then extrapolated.
    private func populationSize() -> Int {
        let counted = 65_536
        var sessions: [ScheduledSession] = []
        var events: [SimulatedEvent] = []
        var total = 0
        for number in 0..<counted {
            life(number, &sessions, into: &events)
            total += events.count
            if total >= options.events { return number + 1 }
        }
        return Int((Double(options.events) / Double(total) * Double(counted)).rounded())
    }

    private func takeCensus(_ persons: Int) -> Census {
        let blockSize = 8192
        let blocks = (persons + blockSize - 1) / blockSize
        let total = Mutex(Census(days: options.days))
        concurrently(blocks) { block in
            var census = Census(days: options.days)
            var sessions: [ScheduledSession] = []
            var events: [SimulatedEvent] = []
            var lived: [SimulatedEvent] = []
            let end = min(persons, (block + 1) * blockSize)
            for first in stride(from: block * blockSize, to: end, by: devices.household) {
                lived.removeAll(keepingCapacity: true)
                for number in first..<min(end, first + devices.household) {
                    life(number, &sessions, into: &events)
                    lived += events
                }
                census.add(lived, on: devices, window: SimulationTruth.windowDays * secondsPerDay)
            }
            total.withLock { $0 += census }
        }
        return total.withLock { $0 }
    }

    /// Calls `body` with 0..<count from as many threads as the options allow.
    private func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) {
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(options.threads, max(count, 1))) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index)
            }
        }
    }

    private func writeLogs(persons: Int, census: Census) throws -> [SimulationTruth.LogFile] {
        let clocks = dates.map { DayClock($0, zone: options.zone) }
        let writer = RecordWriter(devices: devices, persons: persons, clocks: clocks, hasAgents: options.hasAgents)
        let dirt = Dirt(seed: options.seed, share: options.dirt, days: options.days)
        let expected = census.eventTotal
        let written = Mutex(0)
        let results = Mutex([Int: Result<DayFile.Counts, any Error>]())
        let busiestFirst = dates.indices.sorted { (census.days[$1].events, $0) < (census.days[$0].events, $1) }
        concurrently(dates.count) { turn in
            let day = busiestFirst[turn]
            let file = DayFile(
                campaign: campaign, dirt: dirt, writer: writer, persons: persons, day: day,
                expected: census.days[day].events, eventsInMemory: options.eventsInMemory)
            let result = Result<DayFile.Counts, any Error> {
                try file.write(to: "\(folder)/\(path(day))", gzipLevel: options.compressionLevel) { count in
                    written.withLock { total in
                        total += count
                        progress(SimulationProgress(events: min(total, expected), expected: expected))
                    }
                }
            }
            results.withLock { $0[day] = result }
        }
        let all = results.withLock { $0 }
        var files: [SimulationTruth.LogFile] = []
        for day in dates.indices {
            guard let counts = try all[day]?.get() else { continue }
            files.append(
                SimulationTruth.LogFile(
                    path: path(day), size: counts.size, records: counts.records,
                    bad: Corruption.allCases.map { .init(name: $0.name, count: counts.bad[$0.rawValue]) },
                    repeatedWithin: counts.repeatedWithin, repeatedAcross: counts.repeatedAcross, late: counts.late))
        }
        if options.repeatsFile { try copy(path(min(1, options.days - 1)), to: "repeated") }
        if options.truncatesFile { try copy(path(0), to: "truncated", half: true) }
        return files
    }

    private func path(_ day: Int) -> String { "events/\(dates[day]).csv.gz" }

    /// Writes a file of the simulation once more under `events/NAME.csv.gz`, whole or its first half.
    private func copy(_ source: String, to name: String, half: Bool = false) throws {
        let input = fopen("\(folder)/\(source)", "re")
        guard let input else {
            throw Problem(.simulationCannotWrite, "the file cannot be read again", at: .path("\(folder)/\(source)"))
        }
        defer { fclose(input) }
        fseek(input, 0, SEEK_END)
        var rest = half ? ftell(input) / 2 : ftell(input)
        rewind(input)
        let output = try OutputFile("\(folder)/events/\(name).csv.gz", gzipLevel: nil)
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while rest > 0 {
            let count = fread(&block, 1, min(block.count, rest), input)
            guard count > 0 else { break }
            try output.write(Array(block[..<count]))
            rest -= count
        }
        try output.finish()
    }
}
