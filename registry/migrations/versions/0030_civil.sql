-- Civil time in France, as domain.civil has it; statements that need it call these. Of the hour that
-- comes twice in October, civil_moment takes the second one.
create function civil_clock(moment timestamptz) returns timestamp immutable parallel safe language sql as
$$ select moment at time zone 'Europe/Paris' $$;

create function civil_moment(clock timestamp) returns timestamptz immutable parallel safe language sql as
$$ select clock at time zone 'Europe/Paris' $$;
