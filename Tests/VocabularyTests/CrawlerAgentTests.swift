import Testing
import Vocabulary

@Suite struct CrawlerAgentTests {
    private func isCrawler(_ agent: String, _ tokens: [String] = CrawlerAgents.tokens) -> Bool {
        Array(agent.utf8).withUnsafeBytes { CrawlerAgents.match($0, tokens: tokens.map { Array($0.utf8) }) }
    }

    @Test func tokensAreWrittenInLowerCaseAndEachOnce() {
        #expect(CrawlerAgents.tokens.allSatisfy { $0 == $0.lowercased() && !$0.isEmpty })
        #expect(Set(CrawlerAgents.tokens).count == CrawlerAgents.tokens.count)
    }

    @Test(arguments: [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "BINGBOT", "curl/8.5.0", "bot",
        "Mozilla/5.0 (compatible; Baiduspider/2.0)", "python-requests/2.32.3", "HeadlessChrome/126.0", "CUBOT and a bot",
    ])
    func crawlersAreKnown(_ agent: String) { #expect(isCrawler(agent)) }

    @Test(arguments: [
        "", "bo", "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG 9) Chrome/126.0 Mobile", "okhttp/4.12", "MicroMessenger/8.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "\u{212A}ursor",
    ])
    func peopleAreLeftAlone(_ agent: String) { #expect(!isCrawler(agent)) }

    @Test func ownTokensAreFoundBesideTheWellKnownOnes() {
        #expect(isCrawler("ShopChecker/1", CrawlerAgents.tokens + ["shopchecker"]))
        #expect(!isCrawler("ShopChecker/1"))
    }
}
