/// The known name most like `name`, for "did you mean" in an error; nil when none is near.
///
/// Near means a Levenshtein distance of at most a third of the longer name's length, and at least one; capitals do not count, but
/// of names that are as near the one with the same capitals is taken.
public func nearestName(to name: String, among known: some Sequence<String>) -> String? {
    var best: (name: String, distance: Int, exact: Int)?
    let plain = Array(name.lowercased().utf8)
    for candidate in known {
        let distance = editDistance(plain, Array(candidate.lowercased().utf8))
        let limit = max(1, max(name.utf8.count, candidate.utf8.count) / 3)
        guard distance <= limit else { continue }
        let exact = editDistance(Array(name.utf8), Array(candidate.utf8))
        if let current = best, (current.distance, current.exact, current.name) <= (distance, exact, candidate) { continue }
        best = (candidate, distance, exact)
    }
    return best?.name
}

/// The known names `KIND/NAME` most like `name`, which may lack its kind: several where several kinds have that name.
public func nearestNames(to name: String, among known: [String], separator: Character) -> [String] {
    func bare(_ text: String) -> String { String(text[(text.lastIndex(of: separator).map(text.index(after:)) ?? text.startIndex)...]) }
    let own = bare(name)
    let same = known.filter { bare($0).lowercased() == name.lowercased() }
    if !same.isEmpty { return same }
    if let near = nearestName(to: name, among: known) { return [near] }
    let near = nearestName(to: own, among: known.map(bare))
    return known.filter { bare($0) == near }
}

/// A help that asks whether one of some names was meant; nil for none.
public func didYouMean(_ names: [String]) -> String? {
    names.isEmpty ? nil : "did you mean " + names.map { "'\($0)'" }.joined(separator: " or ") + "?"
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard a.count <= 200, b.count <= 200 else { return .max }
    var previous = Array(0...b.count)
    var current = previous
    for i in 0..<a.count {
        current[0] = i + 1
        for j in 0..<b.count {
            let substitution = previous[j] + (a[i] == b[j] ? 0 : 1)
            current[j + 1] = min(substitution, previous[j + 1] + 1, current[j] + 1)
        }
        swap(&previous, &current)
    }
    return previous[b.count]
}
