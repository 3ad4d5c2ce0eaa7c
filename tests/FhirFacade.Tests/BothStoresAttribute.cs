using System.Reflection;
using Consortium.Storage;
using Xunit.Sdk;

namespace Consortium.FhirFacade.Tests;

/// <summary>Runs a theory on SQLite and on PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BothStoresAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Dialect.Sqlite], [Dialect.Postgres]];
}
