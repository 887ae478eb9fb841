/// What programs that are no people call themselves in a user agent.
public enum CrawlerAgents {
    /// Parts of user agents, in lower case: of search engines, of monitors, of libraries and of driven browsers.
    public static let tokens = [
        "bot", "crawl", "spider", "slurp", "bingpreview", "mediapartners-google", "facebookexternalhit", "ia_archiver",
        "lighthouse", "pagespeed", "pingdom", "statuscake", "site24x7", "headlesschrome", "phantomjs", "selenium",
        "puppeteer", "playwright", "scrapy", "python-requests", "python-urllib", "aiohttp", "curl/", "wget/", "libwww-perl",
        "go-http-client", "httpclient", "node-fetch", "guzzlehttp",
    ]

    /// Names that have a token in them and are of people's devices.
    static let exceptions = ["cubot"]

    /// Whether a user agent has one of the tokens, whatever its case (of ASCII).
    public static func match(_ agent: UnsafeRawBufferPointer, tokens: [[UInt8]]) -> Bool {
        var text = agent.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        for exception in exceptions.map({ Array($0.utf8) }) {
            while let start = place(of: exception, in: text) {
                text.replaceSubrange(start..<start + exception.count, with: [0x20])
            }
        }
        return tokens.contains { place(of: $0, in: text) != nil }
    }

    private static func place(of token: [UInt8], in text: [UInt8]) -> Int? {
        guard let first = token.first, token.count <= text.count else { return nil }
        return (0...text.count - token.count).first { text[$0] == first && text[$0..<$0 + token.count].elementsEqual(token) }
    }
}
