using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>A change of accounts or folders: its plan is one of the verbs beside this file.</summary>
internal sealed class StructuralOperation<T>(Func<PlanContext, T> plan, CancellationToken cancellationToken) : StoreOperation<T>(cancellationToken)
{
    public override bool IsStructural => true;

    public override void Plan(PlanContext context) => Result = plan(context);
}
