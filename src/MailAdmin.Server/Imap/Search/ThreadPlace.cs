namespace MailAdmin.Server.Imap.Search;

/// <summary>A place in the threads while they are put together: it may get its message later, and may be moved with all that is below it.</summary>
/// <remarks>
/// A link-cut tree (Sleator and Tarjan, A Data Structure for Dynamic Trees, 1983): <see cref="Root"/>, <see cref="Attach"/> and <see cref="Detach"/> cost
/// O(log n) over all, however deep the threads are. Walking up from parent to parent would cost a folder of chains that somebody made for it its square.
/// Invariants: each place is in one splay tree, whose order is a path of the thread from above to below; <c>_up</c> is the place above in that tree, and at
/// the tree's top the parent of the path's first place, which does not know of it.
/// </remarks>
internal sealed class ThreadPlace
{
    private ThreadPlace? _up, _before, _behind;

    public ThreadMessage? Message { get; set; }
    /// <summary>What it is directly below.</summary>
    public ThreadPlace? Parent { get; private set; }

    /// <summary>What stands at the top of its thread; itself, where nothing is above it.</summary>
    public ThreadPlace Root
    {
        get
        {
            Expose();
            var root = this;
            while (root._before is { } before)
            {
                root = before;
            }

            // The way down is paid for by what it makes shorter.
            root.Splay();
            return root;
        }
    }

    /// <summary>Puts it, which has no parent, below another that is not within it.</summary>
    public void Attach(ThreadPlace parent)
    {
        Expose();
        parent.Expose();
        _up = parent;
        Parent = parent;
    }

    /// <summary>Takes it from its parent, with all that is below it.</summary>
    public void Detach()
    {
        if (Parent is not null)
        {
            Expose();
            _before!._up = null;
            _before = null;
            Parent = null;
        }
    }

    private bool IsTop => _up is null || (_up._before != this && _up._behind != this);

    /// <summary>Makes the path from its root to it one splay tree, with it at the top.</summary>
    private void Expose()
    {
        ThreadPlace? below = null;
        for (var place = this; place is not null; place = place._up)
        {
            place.Splay();
            place._behind = below;
            below = place;
        }

        Splay();
    }

    private void Splay()
    {
        while (!IsTop)
        {
            var up = _up!;
            if (!up.IsTop)
            {
                (up._up!._before == up == (up._before == this) ? up : this).Rotate();
            }

            Rotate();
        }
    }

    private void Rotate()
    {
        var up = _up!;
        var top = up._up;
        if (top?._before == up)
        {
            top._before = this;
        }
        else if (top?._behind == up)
        {
            top._behind = this;
        }

        if (up._before == this)
        {
            up._before = _behind;
            _behind?._up = up;
            _behind = up;
        }
        else
        {
            up._behind = _before;
            _before?._up = up;
            _before = up;
        }

        up._up = this;
        _up = top;
    }
}
