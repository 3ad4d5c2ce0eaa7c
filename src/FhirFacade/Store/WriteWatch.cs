using System.Data.Common;

namespace Consortium.FhirFacade.Store;

/// <summary>Stands beside a unit of work that is done on somebody's behalf.</summary>
/// <param name="Before">Asked before each write, with what stands there; refuses by an exception. Null where everything is allowed.</param>
/// <param name="After">Told of each write that is done if the transaction holds: what stood there before (null for nothing) and the result. Null where nobody listens.</param>
internal sealed record WriteWatch(Func<ResourceWrite, Head, DbTransaction, Task>? Before, Action<ResourceWrite, byte[]?, WriteResult>? After);
