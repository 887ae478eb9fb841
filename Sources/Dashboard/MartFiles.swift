import Marts

/// The published files of a mart, from the page's folder.
struct MartFiles {
    let csv: String?
    let json: String?

    init(_ id: String, published: Set<String>) {
        csv = published.contains("\(id).csv") ? "\(id).csv" : nil
        json = published.contains("\(id).json") ? "\(id).json" : nil
    }

    /// The whole mart in one link: CSV where it is published.
    var link: HTML {
        guard let path = csv ?? json else { return .empty }
        return tag("a", .file(path)) { path }
    }

    var links: HTML {
        HTML([csv.map { ($0, "CSV") }, json.map { ($0, "JSON") }].compactMap { $0 }.map { path, form in
            tag("a", .file(path), Attribute("download")) { form } + HTML(" ")
        })
    }
}
