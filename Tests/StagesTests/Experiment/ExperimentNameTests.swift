import EventStore
import Marts
import StageKit
import Stages
import Testing

@Suite("Experiment: names that nothing has")
struct ExperimentNameTests {
    private let events = (0..<6).map { Shop.exposure("p\($0)", $0 % 2 == 0 ? "A" : "B", at: Int64(10 + $0), in: "checkout_v2") }

    private func message(_ code: String, experiment name: String, control: String = "A", over events: [TestEvent]) throws -> String? {
        let mart = try experiment(
            ["experiment": .string(name), "control": .string(control), "primary": .string("orders")], over: events)
        return mart.notes.first { $0.code == code }?.message
    }

    @Test("a misspelt experiment is told the nearest one that units were exposed to")
    func experimentName() throws {
        let near = try message("unknown_experiment", experiment: "chekout_v2", over: events)
        #expect(near == "nobody was exposed to 'chekout_v2'; did you mean 'checkout_v2'?")
        let far = try message("unknown_experiment", experiment: "banner", over: events)
        #expect(far == "nobody was exposed to 'banner'; there are exposures to checkout_v2")
        #expect(try message("unknown_experiment", experiment: "banner", over: []) == "nobody was exposed to 'banner'")
        #expect(try message("unknown_experiment", experiment: "checkout_v2", over: events) == nil)
    }

    @Test("a misspelt control is told the nearest variant that was seen")
    func control() throws {
        let events = (0..<6).map { Shop.exposure("p\($0)", $0 % 2 == 0 ? "control" : "new", at: Int64(10 + $0)) }
        let told = try message("missing_control", experiment: "x", control: "contrl", over: events)
        #expect(told?.hasSuffix("did you mean 'control'?") == true)
    }
}
