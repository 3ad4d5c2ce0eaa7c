namespace Consortium.Adapters.Intake;

/// <summary>The intake journal cannot be opened with the key that it was given, or what it holds does not open. Carries no key and no patient data.</summary>
/// <param name="message">What is wrong, and the way out.</param>
public sealed class JournalKeyException(string message) : Exception(message);
