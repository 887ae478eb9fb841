import Digests
import Vocabulary

/// A form in which a mart is published.
public enum MartFormat: String, Sendable, Hashable, CaseIterable {
    case json, csv

    public func write(_ mart: Mart) throws -> [UInt8] {
        switch self {
        case .json: try MartJSON.write(mart)
        case .csv: try MartCSV.write(mart)
        }
    }

    fileprivate var mediaType: String {
        switch self {
        case .json: "application/json"
        case .csv: "text/csv"
        }
    }
}

/// `datapackage.json`: a Frictionless Data Package v2 over the marts of a run in all their forms.
///
/// It holds no time of creation, and leaves out what tells of files: run_results.json and the quality marts.
public enum DataPackage {
    /// One published file.
    public struct Resource: Sendable {
        /// Relative to the run directory, with `/`; also the resource's name.
        public let path: String
        public let bytes: Int
        /// `sha256:` and 64 hexadecimal digits.
        public let hash: String
        let descriptor: JSONValue

        /// Whether it tells of files, and so is no part of the package.
        var isOfQuality: Bool { path.hasPrefix("\(MartID.qualityStage)/") }

        /// The columns of its table, as the data package names their types.
        public var columns: [(name: String, type: String, title: String)] {
            guard case .array(let fields)? = descriptor["schema"]?["fields"] else { return [] }
            return fields.compactMap { field in
                guard let name = field["name"]?.string, let type = field["type"]?.string else { return nil }
                return (name, type, field["title"]?.string ?? name)
            }
        }
    }

    /// Its name in a run directory.
    public static let fileName = "datapackage.json"
    private static let profiles = "https://datapackage.org/profiles/2.0"

    /// Describes the file of a mart in one form.
    public static func resource(_ mart: Mart, _ format: MartFormat, content: [UInt8]) -> Resource {
        let path = "\(mart.id).\(format.rawValue)"
        let hash = Self.hash(of: content)
        let dialect: [JSONValue.Member] =
            switch format {
            case .json: [.init("property", .string("rows")), .init("itemType", .string("object"))]
            case .csv: [.init("header", .boolean(true)), .init("lineTerminator", .string("\n"))]
            }
        let descriptor: [JSONValue.Member] = [
            .init("$schema", .string("\(profiles)/dataresource.json")),
            .init("name", .string(path)),
            .init("type", .string("table")),
            .init("path", .string(path)),
            .init("title", .string(mart.title.en)),
            .init("title_zh", .string(mart.title.zh)),
            .init("format", .string(format.rawValue)),
            .init("mediatype", .string(format.mediaType)),
            .init("encoding", .string("utf-8")),
            .init("bytes", .integer(content.count)),
            .init("hash", .string(hash)),
            .init(
                "dialect", .object([.init("$schema", .string("\(profiles)/tabledialect.json"))] + dialect)),
            .init(
                "schema",
                .object([
                    .init("$schema", .string("\(profiles)/tableschema.json")),
                    .init("fields", .array(mart.columns.map(field))),
                ])),
        ]
        return Resource(path: path, bytes: content.count, hash: hash, descriptor: .object(descriptor))
    }

    /// Describes a file of a run that is no table by itself, such as a database.
    public static func resource(
        file path: String, title: Label, format: String, mediaType: String, bytes: Int, hash: String
    ) -> Resource {
        let descriptor: [JSONValue.Member] = [
            .init("$schema", .string("\(profiles)/dataresource.json")),
            .init("name", .string(path)),
            .init("path", .string(path)),
            .init("title", .string(title.en)),
            .init("title_zh", .string(title.zh)),
            .init("format", .string(format)),
            .init("mediatype", .string(mediaType)),
            .init("bytes", .integer(bytes)),
            .init("hash", .string(hash)),
        ]
        return Resource(path: path, bytes: bytes, hash: hash, descriptor: .object(descriptor))
    }

    /// `marts.sqlite`, the marts of a run as the tables of one database.
    /// - Parameter hash: as data packages write hashes.
    public static func database(bytes: Int, hash: String) -> Resource {
        resource(
            file: databaseName, title: Label(en: "All marts as a SQLite database", zh: "全部数据集市（SQLite 数据库）"), format: "sqlite",
            mediaType: "application/vnd.sqlite3", bytes: bytes, hash: hash)
    }

    public static let databaseName = "marts.sqlite"

    /// `sha256:` and 64 hexadecimal digits, as data packages write hashes.
    package static func hash(of content: [UInt8]) -> String { "sha256:" + SHA256.digits(of: content) }

    /// The same of a file of any length, and the bytes that it has.
    /// - Throws: `Problem` of the output.
    package static func hash(ofFile path: String) throws -> (bytes: Int, hash: String) {
        var stream = SHA256.Stream()
        var bytes = 0
        try OutputFiles.read(path) { block in
            stream.update(block)
            bytes += block.count
        }
        return (bytes, "sha256:" + stream.finish())
    }

    private static func field(_ column: MartColumn) -> JSONValue {
        let type =
            switch column.type {
            case .string, .integer, .number, .boolean, .date: column.type.rawValue
            case .money: "number"
            case .time: "datetime"
            }
        return .object([
            .init("name", .string(column.name)), .init("type", .string(type)),
            .init("title", .string(column.label.en)), .init("title_zh", .string(column.label.zh)),
            .init("unit", .text(column.unit)), .init("role", .string(column.role.rawValue)),
            .init("aggregation", .string(column.aggregation.rawValue)),
        ])
    }

    /// The name of a pipeline's package: data packages have lower-case names.
    public static func name(of pipeline: String) -> String {
        String(
            pipeline.lowercased().map {
                $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-"
            })
    }

    /// Writes the package; the order of the resources given does not matter.
    public static func write(name: String, _ resources: [Resource]) -> [UInt8] {
        document(name: name, resources.filter { !$0.isOfQuality })
    }

    static func document(name: String, _ resources: [Resource]) -> [UInt8] {
        let sorted = resources.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return JSONText.document(
            .object([
                .init("$schema", .string("\(profiles)/datapackage.json")),
                .init("name", .string(name)),
                .init("resources", .array(sorted.map(\.descriptor))),
            ]))
    }

    /// The name of a package that `write` wrote; nil where the bytes are none.
    static func name(in bytes: [UInt8]) -> String? {
        guard case .object(let members)? = try? JSONParser.parse(bytes, file: fileName), let member = members.first(where: { $0.key == "name" }),
            case .string(let name) = member.value
        else { return nil }
        return name
    }

    /// The resources of a package that `write` wrote.
    /// - Throws: `Problem` with `output.unreadable`.
    public static func read(_ bytes: [UInt8], file: String = fileName) throws -> [Resource] {
        guard case .object(let members) = try JSONParser.parse(bytes, file: file),
            let list = members.first(where: { $0.key == "resources" }), case .array(let items) = list.value
        else { throw Problem.unreadable("this is no data package", file: file, byte: 0) }
        return try items.map { item in
            var path: String?
            var size: Int?
            var hash: String?
            if case .object(let members) = item {
                for member in members {
                    switch (member.key, member.value) {
                    case ("path", .string(let text)): path = text
                    case ("bytes", .number(let text)): size = Int(text)
                    case ("hash", .string(let text)): hash = text
                    default: break
                    }
                }
            }
            guard let path, let size, let hash else {
                throw Problem.unreadable("a resource without path, bytes or hash", file: file, byte: list.offset)
            }
            return Resource(path: path, bytes: size, hash: hash, descriptor: item)
        }
    }
}
