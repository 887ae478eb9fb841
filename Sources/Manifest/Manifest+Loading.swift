import Chronology
import Glibc
import Vocabulary

extension Manifest {
    /// Reads and validates a manifest.
    /// - Parameters:
    ///   - path: The file; the manifest's own paths start from its folder.
    ///   - stages: The kinds of stages that there are.
    ///   - overrides: Values to set before validation, by their dotted path: `("stages.funnel.purchase.within", "3d")`.
    /// - Throws: `Problems` with all mistakes, in the order of the file.
    public static func load(
        path: String, stages: [StageDeclaration], overrides: [(String, String)] = []
    ) throws(Problems) -> Manifest {
        let bytes: [UInt8]
        do {
            bytes = try readFile(path)
        } catch {
            throw Problems([error])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let valid = validPrefix(bytes)
            throw Problems([
                Problem(
                    .manifestUnreadable, "the manifest is not UTF-8", at: .offset(file: path, byte: valid),
                    help: "save it as UTF-8")
            ])
        }
        return try parse(yaml: text, path: path, folder: Paths.folder(of: path), stages: stages, overrides: overrides)
    }

    /// Validates the text of a manifest.
    /// - Parameters:
    ///   - path: How places name the file.
    ///   - folder: The absolute folder that relative paths start from.
    /// - Throws: `Problems` with all mistakes, in the order of the file.
    public static func parse(
        yaml: String, path: String, folder: String, stages: [StageDeclaration], overrides: [(String, String)] = []
    ) throws(Problems) -> Manifest {
        let text = yaml.unicodeScalars.first == "\u{FEFF}" ? String(yaml.unicodeScalars.dropFirst()) : yaml
        var tree: Tree
        let written: Tree
        do {
            guard let root = try YAMLReader.tree(of: text, place: { .text(file: path, line: $0, column: $1) }) else {
                throw Problem(
                    .manifestSyntax, "the manifest is empty", at: .text(file: path, line: 1, column: 1),
                    help: "start from pipelines/nightly.yaml")
            }
            tree = root
            written = root
            for (key, value) in overrides { try tree.override(key, with: value) }
        } catch let problem as Problem {
            throw Problems([problem])
        } catch {
            throw Problems([Problem(.manifestSyntax, "the manifest cannot be read: \(error)", at: .path(path))])
        }
        let source = ScalarSource(text)
        let (zone, zoneProblem) = reportZone(tree)
        var reader = ShapeReader(zone: zone, source: source)
        let root = reader.read(tree, as: ManifestShape.root(stages), path: "")
        var lowering = Lowering(folder: folder, zone: zone, source: source)
        var manifest = lowering.manifest(root, path: path)
        let problems = [zoneProblem].compactMap { $0 } + reader.problems + lowering.problems
        guard problems.isEmpty else { throw Problems(inOrderOfTheFile(problems)) }
        if !overrides.isEmpty {
            var plain = ShapeReader(zone: reportZone(written).0, source: source)
            let value = plain.read(written, as: ManifestShape.root(stages), path: "")
            manifest.overrides = Manifest.Override.effective(overrides, root, plain.problems.isEmpty ? value : nil)
        }
        return manifest
    }

    /// The report's zone comes first, for times without an offset are read in it.
    private static func reportZone(_ tree: Tree) -> (Zone, Problem?) {
        guard let value = tree["timezone"], case .scalar(let name, _) = value.content, !value.isNull else {
            return (.utc, nil)
        }
        do {
            return (try Zone(named: name), nil)
        } catch {
            let help = (error as? Problem)?.help
            return (.utc, Problem(.undefinedName, "there is no time zone '\(name)'", at: value.place, help: help))
        }
    }

    private static func inOrderOfTheFile(_ problems: [Problem]) -> [Problem] {
        func position(_ problem: Problem) -> (Int, Int) {
            if case .text(_, let line, let column)? = problem.place { (line, column) } else { (.max, 0) }
        }
        var seen: Set<Problem> = []
        return problems.enumerated().filter { seen.insert($0.element).inserted }.sorted { a, b in
            let (first, second) = (position(a.element), position(b.element))
            return first == second ? a.offset < b.offset : first < second
        }.map(\.element)
    }

    private static func readFile(_ path: String) throws(Problem) -> [UInt8] {
        func unreadable() -> Problem {
            let reason = String(cString: strerror(errno))
            return Problem(
                .manifestUnreadable, "the manifest cannot be read: \(reason)", at: .path(path),
                help: "give the path of a manifest that may be read; pipelines/nightly.yaml is one to start from")
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable() }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= YAMLReader.longestText {
            let count = read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable() }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// How many bytes are UTF-8 before the first that is not.
    private static func validPrefix(_ bytes: [UInt8]) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var count = 0
        while case .valid(let character) = parser.parseScalar(from: &iterator) { count += character.count }
        return count
    }
}
