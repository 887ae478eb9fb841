// Answers scripts/conformance/experiment_differential.py: an experiment a line in, its statistics a line out.
import Foundation

let decoder = JSONDecoder()
let encoder = JSONEncoder()
while let line = readLine() {
    let experiment = try decoder.decode(Experiment.self, from: Data(line.utf8))
    print(String(decoding: try encoder.encode(experiment.statistics(alpha: 0.05)), as: UTF8.self))
}
