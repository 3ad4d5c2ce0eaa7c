namespace Consortium.Storage.Backup;

/// <summary>A backup cannot be read, or does not fit where it is to go. The message says why and what to do, and holds no data of it.</summary>
public sealed class BackupException(string message) : Exception(message);
