/// What the orchestrator and the stages that it starts must agree on.
public enum Orchestrator {
    /// The environment variable with its process id: a stage that it started ends with it.
    public static let variable = "NIGHTMARKET_PARENT"
    /// The environment variable with the id of the run that a stage is part of; its log lines name it.
    public static let runVariable = "NIGHTMARKET_RUN"
}
