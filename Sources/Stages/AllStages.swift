import StageKit

/// Every analytical stage, in the order in which plans list them.
public let allStages: [any Stage.Type] = [
    MetricsStage.self,
    FunnelStage.self,
    ExperimentStage.self,
]
