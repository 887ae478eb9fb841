import Foundation

/// The part of JSON Schema that the published schemas use; an unknown keyword is a finding, so that none is passed over.
struct SchemaCheck {
    private let root: [String: Any]

    init(_ name: String) throws {
        let url = Workspace.project.appendingPathComponent("docs/schemas/\(name).schema.json")
        root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
    }

    func findings(_ value: Any) -> [String] { findings(value, root, at: "$") }

    private func findings(_ value: Any, _ schema: [String: Any], at place: String) -> [String] {
        var found: [String] = []
        for (keyword, rule) in schema {
            switch (keyword, rule) {
            case ("$schema", _), ("$id", _), ("$defs", _), ("title", _), ("description", _), ("required", _): break
            case ("$ref", let name as String):
                let definitions = root["$defs"] as? [String: Any] ?? [:]
                guard let target = definitions[String(name.dropFirst("#/$defs/".count))] as? [String: Any] else {
                    found.append("\(place): \(name) is not defined")
                    continue
                }
                found += findings(value, target, at: place)
            case ("oneOf", let choices as [[String: Any]]):
                let fitting = choices.filter { findings(value, $0, at: place).isEmpty }
                if fitting.count != 1 { found.append("\(place): fits \(fitting.count) of the choices: \(value)") }
            case ("anyOf", let choices as [[String: Any]]):
                if !choices.contains(where: { findings(value, $0, at: place).isEmpty }) { found.append("\(place): fits none of the choices: \(value)") }
            case ("const", let text as String): if value as? String != text { found.append("\(place): not \(text)") }
            case ("enum", let texts as [String]):
                if !texts.contains(where: { $0 == value as? String }) { found.append("\(place): none of \(texts)") }
            case ("enum", let numbers as [Int]):
                if !numbers.contains(where: { $0 == value as? Int }) { found.append("\(place): none of \(numbers)") }
            case ("minProperties", let least as Int):
                if let object = value as? [String: Any], object.count < least { found.append("\(place): fewer than \(least)") }
            case ("additionalProperties", let member as [String: Any]):
                let known = (schema["properties"] as? [String: Any] ?? [:]).keys
                for (key, element) in value as? [String: Any] ?? [:] where !known.contains(key) {
                    found += findings(element, member, at: "\(place).\(key)")
                }
            case ("type", let name as String): if !Self.isType(value, name) { found.append("\(place): no \(name)") }
            case ("type", let names as [String]):
                if !names.contains(where: { Self.isType(value, $0) }) { found.append("\(place): none of \(names)") }
            case ("properties", let properties as [String: [String: Any]]):
                guard let object = value as? [String: Any] else { continue }
                for (key, member) in object {
                    if let property = properties[key] { found += findings(member, property, at: "\(place).\(key)") }
                }
                for key in schema["required"] as? [String] ?? [] where object[key] == nil {
                    found.append("\(place): '\(key)' is missing")
                }
            case ("additionalProperties", let allowed as Bool):
                let known = (schema["properties"] as? [String: Any] ?? [:]).keys
                guard !allowed, let object = value as? [String: Any] else { continue }
                for key in object.keys where !known.contains(key) { found.append("\(place): '\(key)' is not declared") }
            case ("items", let item as [String: Any]):
                for (index, element) in (value as? [Any] ?? []).enumerated() {
                    found += findings(element, item, at: "\(place)[\(index)]")
                }
            case ("minItems", let least as Int):
                if let list = value as? [Any], list.count < least { found.append("\(place): fewer than \(least)") }
            case ("minimum", let least as Int):
                if let number = value as? Int, number < least { found.append("\(place): below \(least)") }
            case ("minLength", let least as Int):
                if let text = value as? String, text.unicodeScalars.count < least { found.append("\(place): too short") }
            case ("maxLength", let most as Int):
                if let text = value as? String, text.unicodeScalars.count > most { found.append("\(place): too long") }
            case ("pattern", let pattern as String):
                guard let text = value as? String else { continue }
                if text.range(of: pattern, options: .regularExpression) == nil { found.append("\(place): not \(pattern)") }
            default: found.append("\(place): the keyword \(keyword) is unknown to this test")
            }
        }
        return found
    }

    private static func isType(_ value: Any, _ name: String) -> Bool {
        switch name {
        case "null": value is NSNull
        case "string": value is String
        case "integer": value is Int
        case "number": value is NSNumber
        case "boolean": value is Bool
        case "object": value is [String: Any]
        case "array": value is [Any]
        default: false
        }
    }
}
