/// Visitors who are no customers: crawlers, programs that are too fast for people, and people who test the shop. Their
/// records stand in a log file of their own and are in no count of the truth but their own.
struct IntruderLog {
    static let path = "events/intruders.csv.gz"

    /// User agents of crawlers.
    static let crawlers = [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "python-requests/2.32.3",
    ]

    let counts: SimulationTruth.Intruders
    private let options: SimulationOptions
    private let visits: [Visit]

    private struct Visit {
        var day: Int
        var second: Int
        var user = ""
        var device = ""
        var action = Action.pageView
        var order = ""
        var agent: String
    }

    init(_ options: SimulationOptions) {
        self.options = options
        var visits: [Visit] = []
        var counts = SimulationTruth.Intruders(testUser: 0, crawler: 0, rate: 0, testUsers: [])
        for bot in 0..<options.bots {
            var draws = Draws(options.seed, .intruder, UInt64(bot))
            let events = bot % 2 == 0 ? draws.within(20...60) : draws.within(200...400)
            let day = draws.below(options.days)
            let minute = draws.below(1440)
            for event in 0..<events {
                let action: Action = event % 3 == 0 ? .productView : .pageView
                if bot % 2 == 0 {
                    // Of three crawlers one carries no id.
                    visits.append(
                        Visit(
                            day: draws.below(options.days), second: draws.below(secondsPerDay),
                            device: bot % 3 == 0 ? "" : "crawler\(bot)", action: action,
                            agent: Self.crawlers[bot / 2 % Self.crawlers.count]))
                } else {
                    visits.append(
                        Visit(
                            day: day, second: minute * 60 + draws.below(60), device: "fast\(bot)", action: action,
                            agent: RecordWriter.agents[bot % RecordWriter.agents.count]))
                }
            }
            if bot % 2 == 0 { counts.crawler += events } else { counts.rate += events }
        }
        for tester in 0..<options.testUsers {
            var draws = Draws(options.seed, .intruder, UInt64(tester), 1)
            let id = "tester\(tester)"
            counts.testUsers.append(id)
            for (place, action) in [Action.pageView, .productView, .addToCart, .purchase].enumerated() {
                // What it sees before it logs in carries the device alone.
                visits.append(
                    Visit(
                        day: draws.below(options.days), second: draws.below(secondsPerDay), user: place == 0 ? "" : id,
                        device: "phone-of-\(id)", action: action, order: action == .purchase ? "order-of-\(id)" : "",
                        agent: RecordWriter.agents[tester % RecordWriter.agents.count]))
            }
            counts.testUser += 4
        }
        self.visits = visits.enumerated().sorted { a, b in
            (a.element.day, a.element.second, a.offset) < (b.element.day, b.element.second, b.offset)
        }.map(\.element)
        self.counts = counts
    }

    /// - Throws: `Problem` with `simulation.cannot-write`.
    func write(to path: String, clocks: [DayClock]) throws {
        let file = try OutputFile(path, gzipLevel: options.compressionLevel)
        let names = (RecordWriter.header + ",ua").split(separator: ",").map(String.init)
        var bytes = Array((names.joined(separator: ",") + "\n").utf8)
        for (number, visit) in visits.enumerated() {
            var stamp: [UInt8] = []
            clocks[visit.day].append(visit.second, to: &stamp)
            let values = [
                "event_id": "intruder\(number)", "ts": String(decoding: stamp, as: UTF8.self), "uid": visit.user,
                "did": visit.device, "action": visit.action.nameInLog, "price": visit.order.isEmpty ? "" : "1.00",
                "order_id": visit.order, "platform": "web", "ua": visit.agent,
            ]
            bytes += names.map { values[$0] ?? "" }.joined(separator: ",").utf8
            bytes.append(0x0A)
        }
        try file.write(bytes)
        try file.finish()
    }
}
