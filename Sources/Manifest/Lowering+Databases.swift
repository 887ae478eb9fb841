import Vocabulary

extension Lowering {
    mutating func lowerPostgres(_ value: Value) -> Manifest.Postgres {
        // What is wrong with a URL is said without showing it: it may hold a password.
        if let url = value["url"], let text = url.string, !["postgresql://", "postgres://"].contains(where: text.hasPrefix) {
            report(.wrongValue, "the URL of the database does not begin with postgresql://", url.place, "write postgresql://USER@HOST:PORT/DATABASE")
        }
        let schema = value["schema"]?.string ?? "nightmarket"
        if let place = value["schema"]?.place, !Self.isSchema(schema) {
            report(
                .wrongValue, "'\(schema)' cannot be the schema of the views", place,
                "a letter from a to z or _, then such letters, digits and _, at most 40 of them, not beginning with pg_")
        }
        let second: Int64 = 1_000_000
        let patience = value["timeout"]?.duration ?? 60 * second
        if let place = value["timeout"]?.place, !(second...3600 * second).contains(patience) {
            report(.wrongValue, "the timeout is not between 1s and 1h", place, "give such as 1m")
        }
        return Manifest.Postgres(
            url: value["url"]?.string, schema: schema, keep: value["keep"]?.integer ?? 7,
            patience: Int(min(max(patience, second), 3600 * second) / second), place: value.keyPlace ?? value.place)
    }

    private static func isSchema(_ name: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || byte == 0x5F }
        guard let first = name.utf8.first, isLetter(first), name.utf8.count <= 40 else { return false }
        return name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) } && !name.hasPrefix("pg_")
            && name != "information_schema"
    }

    /// The tables of databases are made of the marts' JSON form.
    mutating func checkDatabasesAreReadable(_ manifest: Manifest, at root: Value) {
        guard !manifest.publish.contains("json") else { return }
        let wanting = [
            manifest.publish.contains("sqlite") ? root["publish"]?.keyPlace : nil, root["postgres"]?.keyPlace,
        ].compactMap { $0 }
        for place in wanting {
            report(.impossible, "a database is filled from the marts' JSON, which is not published", place, "add json to 'publish'")
        }
    }
}
