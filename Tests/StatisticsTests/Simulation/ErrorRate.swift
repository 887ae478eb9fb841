import Glibc

/// How often something happened in simulated experiments.
struct ErrorRate: CustomStringConvertible {
    let name: String
    let rounds: Int
    private(set) var happened = 0

    /// Rounds of a simulation: few in the fast tests, and as many as NIGHTMARKET_SIMULATION_ROUNDS says in
    /// scripts/simulate-experiments.sh.
    static func rounds(fast: Int) -> Int {
        getenv("NIGHTMARKET_SIMULATION_ROUNDS").flatMap { Int(String(cString: $0)) } ?? fast
    }

    init(_ name: String, rounds: Int) {
        self.name = name
        self.rounds = rounds
    }

    mutating func count(_ isHappening: Bool) { if isHappening { happened += 1 } }

    var rate: Double { Double(happened) / Double(rounds) }

    /// Not above a probability by more than four standard errors of that many rounds.
    func isAtMost(_ probability: Double) -> Bool { rate <= probability + 4 * error(probability) }

    func isAtLeast(_ probability: Double) -> Bool { rate >= probability - 4 * error(probability) }

    private func error(_ probability: Double) -> Double { sqrt(probability * (1 - probability) / Double(rounds)) }

    var description: String { "\(name): \(happened) of \(rounds) (\((rate * 10_000).rounded() / 100) %)" }

    /// Says what was found where the simulation is run for its figures.
    func report() { if getenv("NIGHTMARKET_SIMULATION_ROUNDS") != nil { print("simulated \(description)") } }
}
