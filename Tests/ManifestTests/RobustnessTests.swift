import Glibc
import Manifest
import TestSupport
import Testing
import Vocabulary

@Suite struct RobustnessTests {
    @Test func noTruncationCrashes() {
        let bytes = Array(sampleManifest.utf8)
        for count in stride(from: 0, through: bytes.count, by: 7) {
            _ = mistakes(String(decoding: bytes[..<count], as: UTF8.self))
        }
    }

    @Test func noMutationCrashes() {
        var random = SeededGenerator(seed: 11)
        let bytes = Array(sampleManifest.utf8)
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\n", "  ", "- ", "'", "\"", "&a ", "*a", "? ", "|", ">", "!", "%", "\t",
            "null", "-1", "9999999999999999999", "抖", "\u{0}", "<<: ", "---\n",
        ]
        for _ in 0..<600 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<mutated.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: mutated[at] = UInt8.random(in: 0...255, using: &random)
                case 1: mutated.remove(at: at)
                case 2: mutated.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: at)
                default:
                    let end = min(mutated.count, at + Int.random(in: 1...40, using: &random))
                    mutated.insert(contentsOf: mutated[at..<end], at: Int.random(in: 0...mutated.count, using: &random))
                }
            }
            for mistake in mistakes(String(decoding: mutated, as: UTF8.self)) {
                #expect(mistake.hasPrefix("m.yaml:"), "\(mistake)")
            }
        }
    }

    @Test func aFewLinesOfNestedAliasesAreRefusedQuickly() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let found = mistakes(yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains("the manifest holds more than 50000 values, aliases expanded") == true)
    }

    @Test(arguments: ["? *a12\n: x\n", "*a12 : x\n", "b: { [*a12]: x }\n", "{ c: *a12 }: x\n"])
    func nestedAliasesInAKeyAreRefusedQuickly(key: String) {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let found = mistakes(yaml + key)
        #expect(found.count == 1)
        #expect(found.first?.contains("cannot be keys where many aliases are used") == true)
    }

    @Test func manyAliasesInValuesAreNoKeys() throws {
        var yaml = minimal("stages:\n  metrics:\n    n: { metrics: &m [a], by: &b [channel] }\n")
        for index in 0..<30 { yaml += "    n\(index): { metrics: *m, by: *b } # as above: the same\n" }
        #expect(mistakes(yaml) == [])
    }

    @Test(arguments: ["[", "{a: ", "- "])
    func deepNestingIsRefused(opening: String) {
        for depth in [60, 900, 5_000] {
            let found = mistakes("a:\n  " + String(repeating: opening, count: depth))
            #expect(found.count == 1)
        }
        let closed = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(mistakes("a: \(closed)\n") == ["m.yaml:1:54: the manifest nests deeper than 50"])
    }

    @Test func aFileThatCannotBeReadIsNamed() throws {
        #expect(throws: Problems.self) { try Manifest.load(path: "/nonexistent/m.yaml", stages: []) }
        do {
            _ = try Manifest.load(path: "/nonexistent/m.yaml", stages: [])
        } catch {
            #expect(
                error.description
                    == "error[manifest.unreadable]: /nonexistent/m.yaml: the manifest cannot be read: No such file or directory\n"
                    + "  help: give the path of a manifest that may be read; pipelines/nightly.yaml is one to start from"
            )
            #expect(error.all.allSatisfy { $0.code.exit == .wrongManifest })
        }
    }

    @Test func aManifestIsReadFromAFileAndItsPathsStartThere() throws {
        let folder = try TemporaryPath.make("manifest")
        defer {
            unlink(folder + "/m.yaml")
            rmdir(folder)
        }
        func write(_ bytes: [UInt8]) {
            guard let file = fopen(folder + "/m.yaml", "w") else { return }
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }
        write(Array(minimal().utf8))
        let manifest = try Manifest.load(path: folder + "/../\(folder.split(separator: "/").last ?? "")/m.yaml", stages: [])
        #expect(manifest.folder == folder)
        #expect(manifest.store == folder + "/s")
        write(Array("pipeline: é".utf8) + [0xC3, 0x28])
        do {
            _ = try Manifest.load(path: folder + "/m.yaml", stages: [])
            Issue.record("read")
        } catch {
            #expect(error.all.first?.message == "the manifest is not UTF-8")
            #expect(error.all.first?.place == .offset(file: folder + "/m.yaml", byte: 12))
        }
    }
}
