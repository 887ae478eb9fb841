import Foundation
import Testing

/// scripts/install.sh and scripts/uninstall.sh, with the executables of this build.
@Suite(.serialized) struct InstallationTests {
    private func script(_ name: String, _ workspace: Workspace, _ more: [String] = []) throws -> Outcome {
        try Workspace.start(
            "/bin/bash", [Workspace.project.appendingPathComponent("scripts/\(name).sh").path, "--prefix", workspace.path("prefix")] + more, [:],
            workspace.folder)
    }

    private func install(_ workspace: Workspace) throws -> Outcome {
        try script("install", workspace, ["--built", Workspace.executables.path])
    }

    /// Every path under the prefix, folders with a slash.
    private func paths(_ workspace: Workspace) -> [String] {
        let prefix = workspace.folder.appendingPathComponent("prefix")
        let names = FileManager.default.enumerator(atPath: prefix.path)?.compactMap { $0 as? String } ?? []
        return names.map { name in
            let type = try? FileManager.default.attributesOfItem(atPath: prefix.appendingPathComponent(name).path)[.type] as? FileAttributeType
            return type == .typeDirectory ? name + "/" : name
        }.sorted()
    }

    /// Folders that were there before and are empty belong to somebody else.
    @Test func whatStoodThereBeforeStandsThereAfterwards() throws {
        let workspace = try Workspace()
        for folder in ["bin", "share", "lib/empty"] {
            try FileManager.default.createDirectory(atPath: workspace.path("prefix/\(folder)"), withIntermediateDirectories: true)
        }
        try workspace.write("mine", to: "prefix/libexec/mine")
        let before = paths(workspace)
        for _ in 0..<2 {
            let outcome = try install(workspace)
            #expect(outcome.status == 0, "\(outcome.error)")
        }
        let program = workspace.path("prefix/bin/nightmarket-funnel")
        #expect(try Workspace.start(program, ["--version"], [:], workspace.folder).status == 0)
        #expect(workspace.exists("prefix/share/zsh/site-functions/_nightmarket") && workspace.exists("prefix/share/nightmarket/pipelines/demo.yaml"))
        #expect(try script("uninstall", workspace).status == 0)
        #expect(paths(workspace) == before)
        #expect(try script("uninstall", workspace).status == 66)
    }

    /// A `bin` that lies elsewhere, as in some home folders.
    @Test func aBinThatIsALinkHoldsWholeLinks() throws {
        let workspace = try Workspace()
        for folder in ["prefix", "deep/er/bin"] {
            try FileManager.default.createDirectory(atPath: workspace.path(folder), withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(atPath: workspace.path("prefix/bin"), withDestinationPath: "../deep/er/bin")
        let outcome = try install(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try Workspace.start(workspace.path("prefix/bin/nightmarket-funnel"), ["--version"], [:], workspace.folder).status == 0)
        #expect(try script("uninstall", workspace).status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.path("deep/er/bin")) == [])
    }

    @Test func wrongArgumentsOfTheInstallationAreSaid() throws {
        let workspace = try Workspace()
        let nothing = try script("install", workspace, ["--built", workspace.folder.path])
        #expect(nothing.status == 66 && nothing.error.contains("has no executable nightmarket"), "\(nothing.error)")
        for argument in ["--prefix=", "--built", "--prefx"] {
            let wrong = try script("install", workspace, [argument])
            #expect(wrong.status == 64 && wrong.error.contains("help: scripts/install.sh"), "\(wrong.error)")
        }
        #expect(!workspace.exists("prefix"))
    }

    @Test func anInstallationThatBrokeOffCanBeStartedAgainOrTakenAway() throws {
        for resumes in [true, false] {
            let workspace = try Workspace()
            #expect(try install(workspace).status == 0)
            let whole = paths(workspace)
            // A file that only the older version had, and a place that cannot be written.
            let list = try workspace.read("prefix/share/nightmarket/installed")
            try workspace.write("old", to: "prefix/share/nightmarket/of-the-older")
            try workspace.write("share/nightmarket/of-the-older\n" + list, to: "prefix/share/nightmarket/installed")
            let blocked = workspace.path("prefix/share/fish/vendor_completions.d/nightmarket.fish")
            try FileManager.default.removeItem(atPath: blocked)
            try FileManager.default.createDirectory(atPath: blocked + "/in the way", withIntermediateDirectories: true)
            #expect(try install(workspace).status != 0)
            try FileManager.default.removeItem(atPath: blocked)
            if resumes {
                let outcome = try install(workspace)
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(paths(workspace) == whole)
            }
            let outcome = try script("uninstall", workspace)
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(paths(workspace) == [])
        }
    }
}
