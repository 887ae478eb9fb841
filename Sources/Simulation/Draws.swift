/// A stream of random numbers that is a pure function of a seed, a purpose and two indices (SplitMix64, Steele et
/// al. 2014). Whole numbers only, so that every platform draws the same.
struct Draws {
    /// What a stream is for: streams of different purposes are independent.
    enum Purpose: UInt64 {
        case person = 1, schedule, plan, session, refund, dirt, report, identity, intruder
    }

    private var state: UInt64

    init(_ seed: UInt64, _ purpose: Purpose, _ first: UInt64, _ second: UInt64 = 0) {
        let root = Draws.mixed(seed &+ purpose.rawValue &* Draws.golden)
        state = Draws.mixed(Draws.mixed(root ^ first) &+ second &* Draws.golden)
    }

    static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// A bijection of 64 bits (the finalizer of SplitMix64).
    @inline(__always)
    static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= Draws.golden
        return Draws.mixed(state)
    }

    /// 0..<bound, for bounds of at most 32 bits.
    @inline(__always)
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
    }

    @inline(__always)
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True with a probability in millionths.
    @inline(__always)
    mutating func chance(_ millionths: Int) -> Bool { below(1_000_000) < millionths }
}

/// A choice among indices by whole-numbered weights.
struct WeightedChoice {
    private let cumulative: [Int]
    let total: Int

    init(_ weights: [Int]) {
        var sum = 0
        cumulative = weights.map { weight in
            sum += weight
            return sum
        }
        total = sum
    }

    @inline(__always)
    func pick(_ draws: inout Draws) -> Int { index(at: draws.below(total)) }

    /// The index whose stretch of the summed weights holds a position in 0..<total.
    func index(at position: Int) -> Int {
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
