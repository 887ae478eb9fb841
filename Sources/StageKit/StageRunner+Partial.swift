import EventStore
import Manifest
import Vocabulary

/// What was made of the partials of a round.
public enum MergedRound {
    /// The marts of all nodes.
    case finished([NodeOutcome])
    /// What was counted of these buckets; where they are all, what the next round must know.
    /// - another: the nodes that need another round.
    case partial(PartialFile, another: [String])
}

extension StageRunner {
    /// Runs one round over a range of the persons, for another process to put together.
    /// - Parameter given: what the rounds before left; nil in the first.
    /// - Returns: what was counted, and the nodes that failed and are not in it.
    /// - Throws: `Problem` `partial.mixed`, `partial.round`, `partial.damaged`; those of the scan.
    public func runRound(
        _ nodes: [Manifest.Node], over persons: PersonBuckets, given: PartialFile?
    ) throws -> (partial: PartialFile, failed: [NodeOutcome]) {
        let started = ContinuousClock().now
        let works = nodes.map { NodeWork($0, stage, context) }
        try resume(works, given, isFinishing: false)
        let asking = works.filter { $0.request != nil }
        var sections: [PartialFile.Section] = []
        for (work, accumulators) in zip(asking, try scan(asking, persons: persons)) {
            work.attempt { sections.append(try section(of: work, .counts, $0.written(accumulators))) }
        }
        let failed = works.filter { $0.failure != nil }
        return (
            PartialFile(origin(round: round(after: given)), buckets: [persons], sections: sections),
            outcomes(of: failed, since: started)
        )
    }

    /// Puts the partials of a round together.
    /// - Parameter finishes: make the marts; else what is left to do is written down for another process.
    /// - Throws: `Problem` `partial.mixed`, `partial.buckets`, `partial.round`, `partial.damaged`.
    public func merge(
        _ nodes: [Manifest.Node], _ files: [PartialFile], given: PartialFile?, finishes: Bool
    ) throws -> MergedRound {
        let started = ContinuousClock().now
        let origin = origin(round: round(after: given))
        for file in files { try check(file, origin) }
        guard let buckets = files.flatMap(\.buckets).joined() else { throw overlap(files) }
        if finishes, buckets != [.all] { throw gaps(buckets) }
        let works = nodes.map { NodeWork($0, stage, context) }
        try resume(works, given, isFinishing: finishes)
        let asking = works.filter { $0.request != nil }
        let parts = try asking.map { work in try files.map { try part($0, of: work) } }
        guard buckets == [.all] else {
            let sections = try zip(asking, parts).compactMap { work, parts in
                try work.computation.map { try section(of: work, .counts, $0.mergedBytes(parts)) }
            }
            return .partial(PartialFile(origin, buckets: buckets, sections: sections), another: [])
        }
        if finishes {
            for (work, parts) in zip(asking, parts) { work.attempt { try $0.absorb(parts: parts) } }
            let another = works.filter { $0.request != nil }.map(\.node.name)
            guard another.isEmpty else { throw anotherRound(another, after: origin.round) }
            return .finished(outcomes(of: works, since: started))
        }
        // What is complete is carried on, so that the last file holds all that the marts need.
        var sections = given?.sections.filter { $0.content == .counts } ?? []
        var another: [String] = []
        for (work, parts) in zip(asking, parts) {
            guard let computation = work.computation else { continue }
            let counted = try computation.mergedBytes(parts)
            try computation.absorb(parts: [PartialReader(counted[...], file: work.node.id)])
            if computation.nextRequest() == nil {
                sections.append(try section(of: work, .counts, counted))
            } else {
                var writer = PartialWriter()
                computation.writeGiven(&writer)
                sections.append(try section(of: work, .given, writer.bytes))
                another.append(work.node.name)
            }
        }
        return .partial(PartialFile(origin, buckets: buckets, sections: sections), another: another)
    }

    private func round(after given: PartialFile?) -> Int { (given?.origin.round ?? 0) + 1 }

    private func origin(round: Int) -> PartialFile.Origin {
        PartialFile.Origin(
            stage: stage.name, version: stage.version, sequence: snapshot.catalogue.sequence,
            fingerprint: snapshot.fingerprint, round: round)
    }

    private func section(
        of work: NodeWork, _ content: PartialFile.Content, _ bytes: [UInt8]
    ) throws -> PartialFile.Section {
        PartialFile.Section(node: work.node.name, identity: try identity(of: work.node), content: content, bytes: bytes[...])
    }

    private func identity(of node: Manifest.Node) throws -> String {
        // The data are the snapshot's, which the origin names.
        try NodeFingerprints(context, nil).fingerprint(of: node, stage: stage).parts.joined(separator: "\n")
    }

    /// Puts nodes behind the rounds that are done.
    /// - Parameter isFinishing: nodes that need no further round end with what they had counted.
    private func resume(_ works: [NodeWork], _ given: PartialFile?, isFinishing: Bool) throws {
        guard let given else { return }
        try check(given, origin(round: given.origin.round))
        guard given.isWhole else { throw gaps(given.buckets) }
        for work in works where work.request != nil {
            let section = try section(of: work, in: given)
            switch section.content {
            case .given:
                var reader = PartialReader(section.bytes, file: given.path)
                try work.computation?.readGiven(&reader)
                try reader.end()
            case .counts where isFinishing: work.attempt { try $0.absorb(parts: [PartialReader(section.bytes, file: given.path)]) }
            case .counts: work.isComplete = true
            }
        }
    }

    private func part(_ file: PartialFile, of work: NodeWork) throws -> PartialReader {
        let section = try section(of: work, in: file)
        guard section.content == .counts else {
            throw Problem(
                .partialRound, "'\(work.node.name)' needs round \(file.origin.round + 1)", at: .path(file.path),
                help: "run it with --round \(file.origin.round + 1) --given \(file.path)")
        }
        return PartialReader(section.bytes, file: file.path)
    }

    private func section(of work: NodeWork, in file: PartialFile) throws -> PartialFile.Section {
        guard let section = file.sections.first(where: { $0.node == work.node.name }) else {
            throw Problem(
                .partialMixed, "the partial has nothing of '\(work.node.name)'", at: .path(file.path),
                help: "name the same nodes in every range and when merging; it has: " + file.sections.map(\.node).joined(separator: ", "))
        }
        guard section.identity == (try identity(of: work.node)) else {
            throw Problem(
                .partialMixed, "'\(work.node.name)' was counted with other options, for another period or under another manifest",
                at: .path(file.path), help: "use one manifest, --set and --date for all ranges and the merge")
        }
        return section
    }

    private func check(_ file: PartialFile, _ expected: PartialFile.Origin) throws {
        func mixed(_ what: String, _ help: String) -> Problem { Problem(.partialMixed, what, at: .path(file.path), help: help) }
        let origin = file.origin
        guard origin.stage == expected.stage else {
            throw mixed(
                "this is a partial of the stage '\(origin.stage)'", "merge it with nightmarket-\(origin.stage)")
        }
        guard origin.version == expected.version else {
            throw mixed(
                "it was counted by version \(origin.version) of the stage, this is version \(expected.version)",
                "run all ranges with one version of the program")
        }
        guard origin.sequence == expected.sequence, origin.fingerprint == expected.fingerprint else {
            throw mixed(
                "it was counted over snapshot \(origin.sequence), the store is at snapshot \(expected.sequence)",
                "run all ranges again over the present snapshot, with no night in between")
        }
        guard origin.round == expected.round else {
            throw Problem(
                .partialRound, "this is of round \(origin.round), not of round \(expected.round)", at: .path(file.path),
                help: "give the files of one round, and the state of the round before as --given")
        }
    }

    private func overlap(_ files: [PartialFile]) -> Problem {
        Problem(
            .partialBuckets, "two partials hold the same buckets",
            help: "give every range once: " + files.map { "\($0.path) has \($0.buckets.map(\.description).joined(separator: ", "))" }.joined(separator: "; "))
    }

    private func gaps(_ buckets: [PersonBuckets]) -> Problem {
        Problem(
            .partialBuckets, "the partials hold the buckets \(buckets.map(\.description).joined(separator: ", ")) of \(PersonBuckets.all)",
            help: "give the partials of all ranges, or keep what there is with --partial")
    }

    private func anotherRound(_ nodes: [String], after round: Int) -> Problem {
        Problem(
            .partialRound, "round \(round + 1) is needed by \(nodes.joined(separator: ", "))",
            help: "merge with --partial GIVEN, run the ranges with --round \(round + 1) --given GIVEN, then merge those with the same")
    }
}
