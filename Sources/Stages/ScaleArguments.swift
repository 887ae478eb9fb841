import ArgumentParser
import EventStore
import StageKit
import Vocabulary

extension ProblemCode {
    /// Options of the work past one machine that do not go together.
    static let scaleUsage = ProblemCode("usage.scale", exit: .wrongUsage)
    /// No range of buckets.
    static let bucketsUsage = ProblemCode("usage.buckets", exit: .wrongUsage)
}

/// What a stage takes on the command line to do its work in several processes.
struct ScaleArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Count only the persons in these of the \(PersonBuckets.count) buckets (both included, from 0), for --merge.",
            valueName: "A..B"))
    var buckets: String?
    @Option(help: ArgumentHelp("The round to run or to merge (default: 1).", valueName: "n"))
    var round: Int?
    @Option(help: ArgumentHelp("What the rounds before left; a second round needs it.", valueName: "file"), completion: .file())
    var given: String?
    @Option(help: ArgumentHelp("The file to write what was counted to, instead of marts.", valueName: "file"), completion: .file())
    var partial: String?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Put the partials of a round together, and make the marts.", valueName: "file"), completion: .file())
    var merge: [String] = []

    /// What the command line asks for.
    enum Work {
        /// Everything in this process.
        case whole
        case range(PersonBuckets, given: String?, partial: String)
        /// - partial: nil to make the marts.
        case merge([String], given: String?, partial: String?)

        /// The part of all persons that is counted.
        var share: Double {
            if case .range(let persons, _, _) = self { persons.share } else { 1 }
        }
    }

    /// - Throws: `Problem` `usage.scale`, `usage.buckets`.
    func work() throws -> Work {
        if let round, (round > 1) != (given != nil) || round < 1 {
            throw Problem(
                .scaleUsage, round > 1 ? "round \(round) needs what the rounds before left" : "round \(round) is given nothing",
                help: "--round 1 has no --given; write that of a later round with: --merge FILE... --partial GIVEN")
        }
        if given != nil, round == nil {
            throw Problem(.scaleUsage, "--given belongs to a round", help: "say which: --round 2 --given FILE")
        }
        if !merge.isEmpty {
            if buckets != nil {
                throw Problem(
                    .scaleUsage, "--merge takes all buckets of its files", help: "leave --buckets out")
            }
            return .merge(merge, given: given, partial: partial)
        }
        guard let partial else {
            if buckets != nil || round != nil {
                throw Problem(
                    .scaleUsage, "a range of buckets, or a round, makes no marts by itself",
                    help: "say where to write what is counted: --partial FILE; then put all files together: --merge FILE...")
            }
            return .whole
        }
        return .range(try range(), given: given, partial: partial)
    }

    private func range() throws -> PersonBuckets {
        guard let buckets else { return .all }
        guard let range = PersonBuckets(buckets) else {
            throw Problem(
                .bucketsUsage, "'\(buckets)' is no range of buckets",
                help: "write the first and the last one, from \(PersonBuckets.all.first) to \(PersonBuckets.all.last), as in 0..1023")
        }
        return range
    }

    /// The state of the rounds before, held against the number of the round.
    /// - Throws: `Problem` `partial.round`, and those of reading it.
    func readGiven(_ path: String?) throws -> PartialFile? {
        guard let path else { return nil }
        let given = try PartialFile(readingFrom: path)
        guard given.origin.round + 1 == round else {
            throw Problem(
                .partialRound, "this was left by round \(given.origin.round)", at: .path(path),
                help: "give it to round \(given.origin.round + 1)")
        }
        return given
    }
}
