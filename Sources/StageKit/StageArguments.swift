import ArgumentParser
import Chronology
import Foundation
import Manifest
import Marts
import Vocabulary

/// A `key=value` of `--set`.
public struct Override: ExpressibleByArgument, Sendable {
    public let key: String
    public let value: String

    public init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        key = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}

/// What every command that works on a manifest takes.
public struct ManifestArguments: ParsableArguments {
    @Argument(help: "The pipeline's manifest.", completion: .file(extensions: ["yaml", "yml"]))
    public var manifest: String

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Override one key of the manifest, such as stages.funnel.purchase.within=3d.", valueName: "key=value"))
    public var overrides: [Override] = []

    @Option(help: "Threads to use (default: the machine's cores).")
    public var threads: Int?

    @OptionGroup public var logging: LogArguments

    public init() {}

    public mutating func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads takes a number from 1 to 1024.")
        }
    }

    /// Sets the log up and reads the manifest.
    /// - Throws: `Problems` with every mistake of the manifest.
    public func load(stages: [any Stage.Type]) throws -> Manifest {
        Console.startLog(logging.logFormat, logging.logLevel)
        return try Manifest.load(
            path: manifest, stages: stages.map { $0.declaration }, overrides: overrides.map { ($0.key, $0.value) })
    }

    public var threadCount: Int { threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// The words that hand the same overrides, threads and form of the log on to another command.
    public var forwarded: [String] {
        overrides.flatMap { ["--set", "\($0.key)=\($0.value)"] } + (threads.map { ["--threads", "\($0)"] } ?? [])
            + logging.forwarded
    }
}

/// The date of a run on the command line.
public struct DateArgument: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: "The last day to report on: YYYY-MM-DD, today, yesterday, or -2d, in the report's zone (default: yesterday; for a stage alone the date published last).")
    public var date: String?

    public init() {}

    /// - Throws: `Problem` where it is no date.
    public func resolve(_ manifest: Manifest, default text: String) throws -> CivilDate {
        try RunDate.parse(date ?? text, zone: manifest.zone)
    }
}

/// The instant of an intraday run on the command line.
public struct AsOfArgument: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Leave out what happened at or after an instant, such as 2026-11-11T14:00 or now; marts are provisional.",
            valueName: "instant"))
    public var asOf: String?

    public init() {}

    /// The instant and its date; the date is the instant's unless another is given.
    /// - Throws: `Problem` where it is no instant, or lies outside the date.
    public func resolve(
        _ day: DateArgument, _ manifest: Manifest, default text: String
    ) throws -> (date: CivilDate, intraday: Int64?) {
        guard let asOf else { return (try day.resolve(manifest, default: text), nil) }
        let instant = try RunDate.instant(asOf, zone: manifest.zone)
        let own = manifest.zone.day(of: instant - 1)
        let date = try day.resolve(manifest, default: own.description)
        guard date == own else {
            throw Problem(
                .wrongDate, "the instant \(asOf) does not lie within \(date)",
                help: "leave --date out: the date of --as-of counts")
        }
        return (date, instant)
    }
}

extension Stage {
    /// What the manifest module must know of this stage.
    public static var declaration: StageDeclaration { StageDeclaration(name: name, doc: doc, options: options) }
}

extension Manifest {
    /// The forms in which marts are published.
    public var formats: Set<MartFormat> { Set(publish.compactMap(MartFormat.init(rawValue:))) }
}
