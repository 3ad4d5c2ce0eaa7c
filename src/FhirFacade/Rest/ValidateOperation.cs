using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// <c>$validate</c> (FHIR R4 resource-operation-validate.html). The answer is 200 with an OperationOutcome whether the resource is valid or not;
/// another status means that it could not be told.
/// </summary>
internal sealed class ValidateOperation(RecordQueries records, RecordAccess access)
{
    private static readonly string[] Modes = ["create", "update", "delete", "profile"];

    /// <summary><c>POST [base]/Type/$validate</c>.</summary>
    public static Task<FhirResponse> OfTypeAsync(FhirRequest request, string type, CancellationToken cancellationToken)
    {
        Asked asked = Read(request);
        if (asked.Mode is "update" or "delete") throw FhirException.BadRequest("value", $"The mode {asked.Mode} is about an instance: POST [base]/{type}/[id]/$validate.");
        FhirDocument resource = asked.Resource ?? throw FhirException.BadRequest("required", "$validate of a type takes a resource, or Parameters with a parameter resource.");
        return Task.FromResult(Outcome(resource, type, null, asked.Profiles));
    }

    /// <summary><c>GET</c> and <c>POST [base]/Type/id/$validate</c>: of what is sent as a change of the instance, or of what is stored.</summary>
    public async Task<FhirResponse> OfInstanceAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        Asked asked = Read(request);
        if (asked.Mode == "create") throw FhirException.BadRequest("value", $"The mode create is about a new resource: POST [base]/{type}/$validate.");
        StoredVersion? current = await records.CurrentAsync(type, id, cancellationToken).ConfigureAwait(false);
        if (current is not null && !await access.MaySeeAsync(request.Caller, current, cancellationToken).ConfigureAwait(false)) current = null;
        if (current is { Deleted: false }) access.Note(request.Caller, current, null);
        if (asked.Mode == "delete" || asked.Resource is null)
        {
            if (current is null) throw FhirException.NotFound(type, id);
            if (current.Deleted) throw FhirException.Gone(type, id);
        }

        // A delete is never refused for the content of a resource.
        if (asked.Mode == "delete") return Answer([new OutcomeIssue(IssueSeverity.Information, "informational", "The resource can be deleted; its history stays.")]);
        return asked.Resource is { } sent ? Outcome(sent, type, id, asked.Profiles) : Outcome(FhirDocument.Parse(current!.Body), type, id, asked.Profiles);
    }

    private static FhirResponse Outcome(FhirDocument resource, string type, string? id, IReadOnlyList<string> profiles)
    {
        List<OutcomeIssue> issues = [];
        if (resource.ResourceType != type) issues.Add(new OutcomeIssue(IssueSeverity.Error, "invalid", $"The URL names {type}, but the resource is of another type.", resource.ResourceType.Length > 0 ? resource.ResourceType : null));
        if (id is not null && resource.Root.Child("id").Value != id) issues.Add(new OutcomeIssue(IssueSeverity.Error, "invalid", "The id of the resource is not the one that the URL names.", $"{type}.id"));
        var validator = profiles.Count == 0 ? FhirValidator.R4 : new FhirValidator(FhirDefinitions.R4, new ValidationOptions { Profiles = profiles });
        issues.AddRange(validator.Validate(resource).Issues);
        if (issues.TrueForAll(issue => issue.Severity is IssueSeverity.Information or IssueSeverity.Warning))
        {
            issues.Insert(0, new OutcomeIssue(IssueSeverity.Information, "informational", "The resource is valid."));
        }

        return Answer(issues);
    }

    private static FhirResponse Answer(IReadOnlyList<OutcomeIssue> issues) => new(200) { Body = OperationOutcomeJson.Write(issues) };

    /// <summary>The resource itself as the body, or Parameters around it; profile and mode from the Parameters or the URL.</summary>
    private static Asked Read(FhirRequest request)
    {
        string? mode = request.Parameter("mode");
        List<string> profiles = [.. request.Parameters.Where(parameter => parameter.Key == "profile" && parameter.Value.Length > 0).Select(parameter => parameter.Value)];
        FhirDocument? resource = null;
        if (request.Method == "POST" && request.Body.Length > 0)
        {
            resource = request.Document ?? FhirDocument.Parse(request.Resource);
            // Parameters is a resource that could be validated itself; without a parameter of the operation it is.
            if (resource.ResourceType == "Parameters")
            {
                var input = ParametersReader.Of(resource);
                if (input.Names.Any(name => name is "resource" or "profile" or "mode"))
                {
                    profiles.AddRange(input.Texts("profile"));
                    mode = input.Text("mode") ?? mode;
                    resource = input.Resource("resource");
                }
            }
        }

        if (mode is { Length: > 0 } && !Modes.Contains(mode)) throw FhirException.BadRequest("value", "The mode is create, update, delete or profile (FHIR R4 valueset-resource-validation-mode.html).");
        return new Asked(resource, profiles, string.IsNullOrEmpty(mode) ? null : mode);
    }

    private sealed record Asked(FhirDocument? Resource, IReadOnlyList<string> Profiles, string? Mode);
}
