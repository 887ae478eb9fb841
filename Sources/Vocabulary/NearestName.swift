/// The known name most like `name`, for "did you mean" in an error; nil when none is near.
///
/// Near means a Levenshtein distance of at most a third of the longer name's length, and at least one.
public func nearestName(to name: String, among known: some Sequence<String>) -> String? {
    var best: (name: String, distance: Int)?
    for candidate in known {
        let distance = editDistance(Array(name.utf8), Array(candidate.utf8))
        let limit = max(1, max(name.utf8.count, candidate.utf8.count) / 3)
        guard distance <= limit else { continue }
        if let current = best, (current.distance, current.name) <= (distance, candidate) { continue }
        best = (candidate, distance)
    }
    return best?.name
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
