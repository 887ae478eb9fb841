import Vocabulary

/// Takes the members of an object in the order in which they are written.
///
/// Any member that is missing, further, or of another type is a `Problem` with `output.unreadable` and its place.
struct JSONFields {
    let file: String
    private let members: [JSONValue.Member]
    private let offset: Int
    private var index = 0

    init(_ value: JSONValue, file: String, offset: Int) throws {
        guard case .object(let members) = value else {
            throw Problem.unreadable("expected an object", file: file, byte: offset)
        }
        self.file = file
        self.members = members
        self.offset = offset
    }

    func problem(_ message: String, _ member: JSONValue.Member? = nil) -> Problem {
        .unreadable(message, file: file, byte: member?.offset ?? offset)
    }

    mutating func next(_ key: String) throws -> JSONValue.Member {
        guard index < members.count, members[index].key.utf8.elementsEqual(key.utf8) else {
            throw problem("expected the key '\(key)'", index < members.count ? members[index] : nil)
        }
        index += 1
        return members[index - 1]
    }

    /// Whether the next member is this one: for keys that older files do not have.
    func has(_ key: String) -> Bool { index < members.count && members[index].key.utf8.elementsEqual(key.utf8) }

    func end() throws {
        if index < members.count { throw problem("an unknown key '\(members[index].key)'", members[index]) }
    }

    mutating func text(_ key: String) throws -> String {
        let member = try next(key)
        guard case .string(let text) = member.value else { throw problem("'\(key)' is no string", member) }
        return text
    }

    mutating func optionalText(_ key: String) throws -> String? {
        let member = try next(key)
        switch member.value {
        case .null: return nil
        case .string(let text): return text
        default: throw problem("'\(key)' is neither a string nor null", member)
        }
    }

    mutating func flag(_ key: String) throws -> Bool {
        let member = try next(key)
        guard case .boolean(let flag) = member.value else { throw problem("'\(key)' is neither true nor false", member) }
        return flag
    }

    mutating func integer(_ key: String) throws -> Int64 {
        let member = try next(key)
        guard case .number(let text) = member.value, let number = Int64(text) else {
            throw problem("'\(key)' is no integer", member)
        }
        return number
    }

    mutating func number(_ key: String) throws -> Double {
        let member = try next(key)
        guard case .number(let text) = member.value, let number = Double(text), number.isFinite else {
            throw problem("'\(key)' is no number", member)
        }
        return number
    }

    mutating func choice<Choice: RawRepresentable<String>>(_ key: String, _ type: Choice.Type) throws -> Choice {
        let member = try next(key)
        guard case .string(let text) = member.value, let choice = Choice(rawValue: text) else {
            throw problem("'\(key)' has an unknown value", member)
        }
        return choice
    }

    mutating func fields(_ key: String) throws -> JSONFields {
        let member = try next(key)
        return try JSONFields(member.value, file: file, offset: member.offset)
    }

    /// An object or null, taken whole by `read`.
    mutating func optionalFields<Element>(
        _ key: String, _ read: (inout JSONFields) throws -> Element
    ) throws -> Element? {
        let member = try next(key)
        if case .null = member.value { return nil }
        var fields = try JSONFields(member.value, file: file, offset: member.offset)
        let element = try read(&fields)
        try fields.end()
        return element
    }

    /// The objects of a list, each taken whole by `read`.
    mutating func list<Element>(_ key: String, _ read: (inout JSONFields) throws -> Element) throws -> [Element] {
        let member = try next(key)
        guard case .array(let items) = member.value else { throw problem("'\(key)' is no list", member) }
        return try items.map { item in
            var fields = try JSONFields(item, file: file, offset: member.offset)
            let element = try read(&fields)
            try fields.end()
            return element
        }
    }

    /// An object whose every member is an integer.
    mutating func counts(_ key: String) throws -> [(key: String, count: Int64)] {
        let member = try next(key)
        guard case .object(let members) = member.value else { throw problem("'\(key)' is no object", member) }
        return try members.map { item in
            guard case .number(let text) = item.value, let count = Int64(text) else {
                throw problem("'\(item.key)' is no integer", item)
            }
            return (item.key, count)
        }
    }

    mutating func texts(_ key: String) throws -> [String] {
        let member = try next(key)
        guard case .array(let items) = member.value else { throw problem("'\(key)' is no list", member) }
        return try items.map { item in
            guard case .string(let text) = item else { throw problem("'\(key)' holds more than strings", member) }
            return text
        }
    }

    mutating func label(_ key: String) throws -> Label {
        var fields = try fields(key)
        let label = Label(en: try fields.text("en"), zh: try fields.text("zh"))
        try fields.end()
        return label
    }
}
