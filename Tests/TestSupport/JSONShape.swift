import Foundation

/// The part of JSON Schema that the tests need: type, required, properties, additionalProperties, items, enum, pattern.
public struct JSONShape {
    private let schema: [String: Any]

    public init(_ text: String) throws {
        schema = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// What of a JSON text does not fit, each with its path; empty where all does.
    public func mistakes(in text: String) throws -> [String] {
        mistakes(try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed), schema, "$")
    }

    private func mistakes(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        var schema = schema
        if let name = schema["$ref"] as? String, let all = self.schema["$defs"] as? [String: Any] {
            schema = all[name] as? [String: Any] ?? ["type": "nothing called \(name)"]
        }
        var found: [String] = []
        if let type = schema["type"] as? String, !fits(value, type) { return ["\(path): not of type \(type)"] }
        if let words = schema["enum"] as? [String], !words.contains(value as? String ?? "") { found.append("\(path): not one of \(words)") }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            found.append("\(path): '\(text)' does not match \(pattern)")
        }
        if let object = value as? [String: Any] {
            for key in schema["required"] as? [String] ?? [] where object[key] == nil { found.append("\(path).\(key): missing") }
            let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
            for (key, inner) in object {
                if let shape = properties[key] ?? schema["additionalProperties"] as? [String: Any] {
                    found += mistakes(inner, shape, "\(path).\(key)")
                } else if schema["additionalProperties"] as? Bool == false {
                    found.append("\(path).\(key): unknown")
                }
            }
        }
        if let array = value as? [Any], let items = schema["items"] as? [String: Any] {
            for (index, item) in array.enumerated() { found += mistakes(item, items, "\(path)[\(index)]") }
        }
        return found
    }

    private func fits(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "integer": (value as? NSNumber).map { Double($0.int64Value) == $0.doubleValue } ?? false
        default: false
        }
    }
}
