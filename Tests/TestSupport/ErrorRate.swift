import Glibc

/// How often something happened in simulated experiments.
public struct ErrorRate: CustomStringConvertible {
    public let name: String
    public private(set) var rounds: Int
    public private(set) var happened = 0

    /// Rounds of a simulation: few in the fast tests, and as many as a variable of the environment says in
    /// scripts/simulate-experiments.sh.
    public static func rounds(fast: Int, variable: String = "NIGHTMARKET_SIMULATION_ROUNDS") -> Int {
        getenv(variable).flatMap { Int(String(cString: $0)) } ?? fast
    }

    /// - Parameter rounds: how many are counted; 0 where `count` adds them.
    public init(_ name: String, rounds: Int = 0) {
        self.name = name
        self.rounds = rounds
        countsRounds = rounds == 0
    }

    private let countsRounds: Bool

    public mutating func count(_ isHappening: Bool) {
        if countsRounds { rounds += 1 }
        if isHappening { happened += 1 }
    }

    public var rate: Double { Double(happened) / Double(rounds) }

    /// Not above a probability by more than four standard errors of that many rounds.
    public func isAtMost(_ probability: Double) -> Bool { rate <= probability + 4 * error(probability) }

    public func isAtLeast(_ probability: Double) -> Bool { rate >= probability - 4 * error(probability) }

    private func error(_ probability: Double) -> Double { sqrt(probability * (1 - probability) / Double(rounds)) }

    public var description: String { "\(name): \(happened) of \(rounds) (\((rate * 10_000).rounded() / 100) %)" }

    /// Says what was found where the simulation is run for its figures.
    public func report() { if getenv("NIGHTMARKET_SIMULATION_ROUNDS") != nil { print("simulated \(description)") } }
}
