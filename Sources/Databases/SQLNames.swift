import Digests

/// Names of tables, columns and indexes: distinct to both databases, and short enough for them.
///
/// PostgreSQL cuts a name after 63 bytes; SQLite takes `A` and `a` for one name. A name that is too long, or taken, ends in
/// eight digits of its hash instead; the same names in the same order give the same result.
package struct SQLNames {
    package static let longest = 63
    private var taken: Set<String> = []

    package init(taken: [String] = []) {
        for name in taken { self.taken.insert(name.lowercased()) }
    }

    package mutating func take(_ wanted: String) -> String {
        let wanted = SQLText.clean(wanted)
        var salt = 0
        var name = SQLNames.shortened(wanted, salt)
        while !taken.insert(name.lowercased()).inserted {
            salt += 1
            name = SQLNames.shortened(wanted, salt)
        }
        return name
    }

    private static func shortened(_ name: String, _ salt: Int) -> String {
        if salt == 0, name.utf8.count <= longest { return name }
        let digits = BLAKE2b.digits(of: "\(salt) \(name)").prefix(8)
        var kept = ""
        for scalar in name.unicodeScalars {
            if kept.utf8.count + UTF8.width(scalar) > longest - 1 - digits.utf8.count { break }
            kept.unicodeScalars.append(scalar)
        }
        return "\(kept)_\(digits)"
    }

    /// A mart's id as a name that needs no quotes: `metrics/hot-Products` as `metrics_hot_products`.
    package static func plain(_ id: String) -> String {
        var name = ""
        for scalar in id.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter where scalar.isASCII: name += scalar.properties.lowercaseMapping
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .nonspacingMark, .spacingMark:
                name.unicodeScalars.append(scalar)
            default: name += "_"
            }
        }
        return name
    }
}
