/// What the orchestrator and the stages that it starts must agree on.
public enum Orchestrator {
    /// The environment variable with its process id: a stage that it started ends with it.
    public static let variable = "NIGHTMARKET_PARENT"
}
