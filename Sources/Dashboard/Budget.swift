/// The bytes that are left for the marts, shared out as they are shown.
struct Budget {
    private var bytes: Int
    private var blocks: Int
    /// Blocks that found no place at all.
    private(set) var left = 0

    /// No mart takes more than this, however few there are.
    private static let most = 500_000

    init(bytes: Int, blocks: Int) {
        self.bytes = max(0, bytes)
        self.blocks = blocks
    }

    /// - Parameter marts: ids, in the order in which they are shown.
    mutating func spend(on marts: [String], _ show: (String, Int) throws -> HTML) rethrows -> HTML {
        var parts: [HTML] = []
        for id in marts {
            let html = try show(id, min(Self.most, bytes / max(1, blocks)))
            blocks -= 1
            guard html.count <= bytes else {
                left += 1
                continue
            }
            bytes -= html.count
            parts.append(html)
        }
        return HTML(parts)
    }
}
